//! Running statements on a PostgreSQL connection.

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;

use super::codec::fill;
use super::fault;
use super::pool::Session;
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::Ask;
use crate::value::Value;

/// Sizes of a bulk insert's chunks, in rows. A few sizes mean a few prepared statements.
const CHUNKS: [usize; 3] = [256, 16, 1];
/// The protocol counts parameters in 16 bits.
const MAX_PARAMETERS: usize = 65_535;

fn refs(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    args.iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// Runs a statement without rows; how many rows it changed.
pub(crate) fn exec(
    session: &mut Session,
    ask: &Ask<'_>,
    args: &[Value],
) -> Result<u64, StoreError> {
    let statement = session.prepared(ask.pg)?;
    session
        .client
        .execute(&statement, &refs(args))
        .map_err(fault)
}

/// Runs a statement and hands each row to `f` as it arrives; no more than the network's buffers are held.
pub(crate) fn each<E: From<StoreError>>(
    session: &mut Session,
    ask: &Ask<'_>,
    args: &[Value],
    mut f: impl FnMut(&mut Row) -> Result<(), E>,
) -> Result<(), E> {
    let statement = session.prepared(ask.pg)?;
    if statement.params().len() != args.len() {
        let message = format!("{}个参数，给了{}个", statement.params().len(), args.len());
        return Err(StoreError::Database(message).into());
    }
    let mut rows = session.client.query_raw(&statement, args).map_err(fault)?;
    let mut row = Row::default();
    while let Some(next) = rows.next().map_err(fault)? {
        fill(&mut row, &next)?;
        f(&mut row)?;
    }
    Ok(())
}

/// Runs `INSERT … VALUES ($1, …)` for many rows, several hundred at a time.
pub(crate) fn insert_many(
    session: &mut Session,
    ask: &Ask<'_>,
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<u64, StoreError> {
    let mut count = 0;
    let mut waiting: Vec<Vec<Value>> = Vec::with_capacity(CHUNKS[0]);
    for row in rows {
        waiting.push(row);
        if waiting.len() == CHUNKS[0] {
            count += flush(session, ask, &mut waiting)?;
        }
    }
    Ok(count + flush(session, ask, &mut waiting)?)
}

/// Sends the waiting rows in the largest chunks that fit.
fn flush(
    session: &mut Session,
    ask: &Ask<'_>,
    waiting: &mut Vec<Vec<Value>>,
) -> Result<u64, StoreError> {
    let width = waiting.first().map_or(0, Vec::len);
    let mut count = 0;
    let mut rest = waiting.as_slice();
    for size in CHUNKS
        .into_iter()
        .filter(|size| size * width <= MAX_PARAMETERS)
    {
        let sql = if rest.len() >= size {
            Some(repeated(ask, width, size)?)
        } else {
            None
        };
        while let (Some(sql), Some((now, later))) = (&sql, rest.split_at_checked(size)) {
            if now.iter().any(|row| row.len() != width) {
                return Err(StoreError::Database(format!(
                    "{}: 各行的列数不同",
                    ask.name
                )));
            }
            let statement = session.prepared(sql)?;
            let args: Vec<&(dyn ToSql + Sync)> = now
                .iter()
                .flatten()
                .map(|v| v as &(dyn ToSql + Sync))
                .collect();
            count += session.client.execute(&statement, &args).map_err(fault)?;
            rest = later;
        }
    }
    waiting.clear();
    Ok(count)
}

/// The statement with its `VALUES` tuple repeated for `rows` rows, parameters numbered on.
fn repeated(ask: &Ask<'_>, width: usize, rows: usize) -> Result<String, StoreError> {
    let odd = || StoreError::Database(format!("{}: 批量插入需要 VALUES ($1, …)", ask.name));
    if rows == 1 {
        return Ok(ask.pg.to_owned());
    }
    let upper = ask.pg.to_ascii_uppercase();
    let open = upper
        .find("VALUES")
        .and_then(|at| Some(at + upper.get(at..)?.find('(')?))
        .ok_or_else(odd)?;
    let close = closing(ask.pg, open).ok_or_else(odd)?;
    let (head, tuple, tail) = (
        ask.pg.get(..open),
        ask.pg.get(open..=close),
        ask.pg.get(close + 1..),
    );
    let (Some(head), Some(tuple), Some(tail)) = (head, tuple, tail) else {
        return Err(odd());
    };
    if tail.contains('$') {
        return Err(odd());
    }
    let mut sql = head.to_owned();
    for row in 0..rows {
        if row > 0 {
            sql.push(',');
        }
        shift(tuple, row * width, &mut sql);
    }
    sql.push_str(tail);
    Ok(sql)
}

/// Position of the parenthesis that closes the one at `open`.
fn closing(sql: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in sql.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Appends `tuple` with every `$n` raised by `by`.
fn shift(tuple: &str, by: usize, out: &mut String) {
    let mut parts = tuple.split('$');
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number: usize = number.parse().unwrap_or(0);
        out.push('$');
        out.push_str(&(number + by).to_string());
        out.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Statement;

    #[test]
    fn a_values_tuple_is_repeated_with_rising_numbers() {
        let insert = Statement::new(
            "T",
            "INSERT INTO t (a, b) VALUES ($1, lower($2)) ON CONFLICT DO NOTHING",
            None,
        );
        let sql = repeated(&Ask::from(&insert), 2, 3).unwrap();
        assert_eq!(
            sql,
            "INSERT INTO t (a, b) VALUES ($1, lower($2)),($3, lower($4)),($5, lower($6)) ON CONFLICT DO NOTHING"
        );
        let odd = Statement::new("T", "INSERT INTO t SELECT $1", None);
        assert!(repeated(&Ask::from(&odd), 1, 2).is_err());
    }
}
