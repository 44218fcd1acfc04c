//! How fast rows go in and come out: `cargo run --release -p store --example bulk [ROWS] [postgres://…]`.
//!
//! Prints microseconds a row, and for SQLite the ratio to the bare driver with the same table and rows.
#![expect(
    clippy::unwrap_used,
    reason = "a measuring tool stops at the first fault"
)]

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use kernel::{DistrictCode, FixedClock, Instant};
use store::{
    Actor, Audit, Db, RandomIds, StoreConfig, StoreError, Value, Vault, args, statements, values,
};

statements! {
    OUTBOX = "INSERT INTO outbox (district, id, at, event, subject_id, payload, relayed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    MEMBER = "INSERT INTO member (district, id, org_id, org_path, name, name_key, py_full, py_init, sex, birth_on, id_type, \
        id_sealed, id_index, phone_sealed, phone_index, migrant, new_form, difficult, model_worker, mutual_aid, real_name, \
        status, joined_on, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
        $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)";
    ORG = "INSERT INTO org (district, id, path, segment, next_child, level, kind, name, short_name, name_key, state, \
        legal_person, address, py_full, py_init, member_count, created_at, version) \
        VALUES ($1, $2, $4, '0001', 0, 1, 'federation', 'a', 'a', 'a', 'active', 'none', '', '', '', 0, $3, 1)";
    ONE_NAME = "SELECT name, sex, joined_on FROM member WHERE district = $1 AND name_key = $2 LIMIT 1";
    ALL_MEMBERS = "SELECT id, org_path, name, sex, birth_on, id_sealed, phone_sealed, status, joined_on FROM member \
        WHERE district = $1 ORDER BY id";
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rows: usize = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000);
    let folder = std::env::temp_dir().join(format!("niangjia-bulk-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = arguments
        .next()
        .unwrap_or_else(|| format!("sqlite:{}", folder.join("bulk.db").display()));
    let keys = format!(
        "index={} sign={} field.1={}",
        "1a".repeat(32),
        "2b".repeat(32),
        "3c".repeat(16)
    );
    let clock = Arc::new(FixedClock::new(Instant::from_ms(1_767_196_800_000)));
    let vault = Vault::from_text(&keys).unwrap();
    let db = Db::open(
        &StoreConfig::new(url),
        vault,
        clock,
        Arc::new(RandomIds::default()),
    )
    .unwrap();
    let district = DistrictCode::parse("330113").unwrap();
    db.open_district(district, "临平区").unwrap();
    let actor = Actor::system(district);
    let per_row = |watch: Stopwatch| watch.elapsed().as_secs_f64() * 1e6 / rows as f64;

    for _ in 0..3 {
        let watch = Stopwatch::now();
        light(&db, &actor, rows);
        println!("insert, one small index      {:6.2} µs/row", per_row(watch));
        let watch = Stopwatch::now();
        bare(&folder.join("bare.db"), rows);
        println!("  the bare driver            {:6.2} µs/row", per_row(watch));
    }
    let watch = Stopwatch::now();
    audit(&db, &actor, rows);
    println!("audit entries                {:6.2} µs/row", per_row(watch));
    let watch = Stopwatch::now();
    members(&db, &actor, rows, 1);
    println!("members, sealed, 9 indexes   {:6.2} µs/row", per_row(watch));
    let watch = Stopwatch::now();
    let away = [
        "member_path",
        "member_name",
        "member_sound",
        "member_initials",
    ];
    db.large_load(&away, || {
        members(&db, &actor, rows, 2);
        Ok::<_, StoreError>(())
    })
    .unwrap();
    println!(
        "  as many again, 4 built last {:5.2} µs/row",
        per_row(watch)
    );
    let watch = Stopwatch::now();
    let opened = read(&db, &actor);
    println!(
        "members read and one opened  {:6.2} µs/row ({opened} bytes of names and numbers)",
        per_row(watch)
    );
    let few = rows.min(20_000);
    let each = |watch: Stopwatch| watch.elapsed().as_secs_f64() * 1e6 / few as f64;
    let watch = Stopwatch::now();
    for n in 0..few {
        db.write(&actor, |tx| tx.audit(Audit::of("a.b", "c", n)))
            .unwrap();
    }
    println!("one audited write, durable   {:6.2} µs each", each(watch));
    let watch = Stopwatch::now();
    for n in 0..few {
        db.read(&actor, |tx| {
            tx.opt(&ONE_NAME, args![tx.district(), format!("王{n}")])
        })
        .unwrap();
    }
    println!("one read of one row          {:6.2} µs each", each(watch));
    let watch = Stopwatch::now();
    db.read(&actor, |tx| {
        for n in 0..few {
            tx.opt(&ONE_NAME, args![tx.district(), format!("王{n}")])?;
        }
        Ok::<_, StoreError>(())
    })
    .unwrap();
    println!("  the same, one transaction  {:6.2} µs each", each(watch));
    println!("statements: {}", ALL.len());
    std::fs::remove_dir_all(&folder).unwrap();
}

fn light(db: &Db, actor: &Actor, rows: usize) {
    db.housekeep(actor, |tx| {
        let (district, now) = (*tx.district(), tx.now());
        let ids: Vec<uuid::Uuid> = (0..rows).map(|_| tx.new_id()).collect();
        let rows = ids.into_iter().enumerate().map(|(n, id)| {
            values![
                district,
                id,
                now,
                "member.joined",
                format!("subject-{n}"),
                "{\"a\":\"某某某\",\"b\":1}",
                Some(now)
            ]
        });
        tx.insert_many(&OUTBOX, rows)
    })
    .unwrap();
}

/// The floor: the same rows into the same table with nothing between.
fn bare(path: &std::path::Path, rows: usize) {
    let _ = std::fs::remove_file(path);
    let mut connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
        CREATE TABLE outbox (district TEXT NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, \
        subject_id TEXT NOT NULL, payload TEXT NOT NULL, relayed_at INTEGER, PRIMARY KEY (district, id)) STRICT; \
        CREATE INDEX waiting ON outbox (district, id) WHERE relayed_at IS NULL").unwrap();
    let tx = connection.transaction().unwrap();
    {
        let mut insert = tx
            .prepare("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)")
            .unwrap();
        for n in 0..rows {
            let id = (0x0190_a1b2_c3d4_7000_8000_0000_0000_0000 + n as u128).to_be_bytes();
            let subject = format!("subject-{n}");
            let payload = "{\"a\":\"某某某\",\"b\":1}";
            insert
                .execute((
                    "330113",
                    id,
                    1_i64,
                    "member.joined",
                    subject,
                    payload,
                    Some(1_i64),
                ))
                .unwrap();
        }
    }
    tx.commit().unwrap();
}

fn audit(db: &Db, actor: &Actor, rows: usize) {
    db.write(actor, |tx| {
        (0..rows).try_for_each(|n| {
            tx.audit(
                Audit::of("member.joined", "member", n)
                    .detail(serde_json::json!({ "org": "0001", "n": n })),
            )
        })
    })
    .unwrap();
}

fn members(db: &Db, actor: &Actor, rows: usize, round: usize) {
    db.write(actor, |tx| {
        let (district, now) = (*tx.district(), tx.now());
        let org: uuid::Uuid = tx.new_id();
        tx.exec(&ORG, args![district, org, now, format!("{round:04}")])?;
        let ids: Vec<uuid::Uuid> = (0..rows).map(|_| tx.new_id()).collect();
        let vault = tx.vault();
        let rows = ids
            .into_iter()
            .enumerate()
            .map(|(n, id)| member(vault, district, org, now, n + round * 10_000_000, id));
        tx.insert_many(&MEMBER, rows)?;
        tx.audit(Audit::of("members.imported", "batch", 1))
    })
    .unwrap();
}

fn member(
    vault: &Vault,
    district: DistrictCode,
    org: uuid::Uuid,
    now: Instant,
    n: usize,
    id: uuid::Uuid,
) -> Vec<Value> {
    let row = id.to_string();
    let (number, phone) = (format!("33011319900101{n:04}"), format!("138{n:08}"));
    let spread = n.wrapping_mul(2_654_435_761) % 100_000;
    values![
        district,
        id,
        org,
        format!("0001{:04}", n % 2_000),
        format!("王{spread}"),
        format!("王{spread}"),
        format!("wang{spread}"),
        format!("w{spread}"),
        1,
        jiff::civil::date(1990, 1, 1),
        "resident",
        vault.seal("member.id_sealed", &row, &number),
        vault.blind_index("id", &format!("{number}{n}")),
        vault.seal("member.phone_sealed", &row, &phone),
        vault.blind_index("phone", &phone),
        false,
        false,
        false,
        false,
        false,
        true,
        "active",
        jiff::civil::date(2020, 1, 1),
        now,
        now,
        1
    ]
}

fn read(db: &Db, actor: &Actor) -> usize {
    let mut bytes = 0;
    db.read(actor, |tx| {
        let (district, vault) = (*tx.district(), tx.vault());
        tx.each(&ALL_MEMBERS, args![district], |row| {
            let id: uuid::Uuid = row.get(0)?;
            bytes += row.text(2)?.len();
            bytes += vault
                .open(
                    "member.id_sealed",
                    &id.to_string(),
                    row.bytes(5)?.unwrap_or_default(),
                )?
                .len();
            Ok::<_, StoreError>(())
        })
    })
    .unwrap();
    bytes
}
