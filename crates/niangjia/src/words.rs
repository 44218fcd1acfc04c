//! What the operating system says, in Chinese.

use std::error::Error;
use std::io;

/// A cause as the command line says it: the system's own complaints about files in Chinese, others as they are.
pub fn cause(error: &(dyn Error + 'static)) -> String {
    error
        .downcast_ref::<io::Error>()
        .and_then(file_fault)
        .map_or_else(|| error.to_string(), str::to_owned)
}

/// What is wrong with a file; none for what has no plain word.
fn file_fault(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        io::ErrorKind::NotFound => "没有这个文件或文件夹",
        io::ErrorKind::PermissionDenied => "没有读写它的权限",
        io::ErrorKind::AlreadyExists => "已经有同名的文件或文件夹",
        io::ErrorKind::IsADirectory => "这是一个文件夹，要的是文件",
        io::ErrorKind::NotADirectory => "这是一个文件，要的是文件夹",
        io::ErrorKind::StorageFull => "磁盘满了",
        io::ErrorKind::ReadOnlyFilesystem => "这里只能读，不能写",
        io::ErrorKind::AddrInUse => "这个端口已经有程序在用",
        io::ErrorKind::InvalidData => "内容不是 UTF-8 文本",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_cannot_be_read_are_told_in_chinese() {
        let gone = std::fs::read_to_string("/no/such/file").unwrap_err();
        assert_eq!(cause(&gone), "没有这个文件或文件夹");
        let folder = std::fs::read_to_string("/").unwrap_err();
        assert_eq!(cause(&folder), "这是一个文件夹，要的是文件");
        let other = io::Error::other("别的毛病");
        assert_eq!(cause(&other), "别的毛病");
    }
}
