//! Why a file cannot be read, and what to do about it. Every message names the remedy: the reader is a
//! union officer with a spreadsheet, not a programmer.

use std::fmt;

/// A reason to refuse a file as a whole. `Display` gives one Chinese sentence with its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFault {
    /// The file cannot be opened or read from the disk.
    Unreadable(String),
    /// Not a single byte.
    Empty,
    /// More bytes than one upload may have.
    TooLarge {
        /// Size of the file in megabytes.
        megabytes: u64,
        /// Largest size taken.
        limit: u64,
    },
    /// No known format.
    Unknown,
    /// A known format that is not read here, by its Chinese name.
    Disguised(&'static str),
    /// A packed archive, with the spreadsheet perhaps inside.
    Archive,
    /// Opens only with a password.
    Password,
    /// The container or its contents are broken; where, if it is known.
    Damaged(String),
    /// Unpacked, it would not fit into memory: an accident, or an attack.
    Bomb(String),
    /// There is no sheet with cells, only charts or macros.
    NoSheet,
    /// The sheet asked for is not there.
    SheetNotFound {
        /// The name asked for.
        wanted: String,
        /// Names of the sheets that are there.
        found: Vec<String>,
    },
    /// No cell in the sheet holds anything.
    SheetEmpty(String),
    /// Filled cells beyond the last column taken.
    TooManyColumns {
        /// Row number as the spreadsheet program shows it.
        row: u32,
        /// Most columns taken.
        limit: u32,
    },
    /// More rows than one file may have.
    TooManyRows(u32),
    /// One cell holds more text than any real value.
    CellTooLong {
        /// Row number as the spreadsheet program shows it.
        row: u32,
    },
    /// A text file whose characters are neither UTF-8 nor GB 18030.
    Encoding {
        /// Number of the line.
        line: u32,
    },
    /// A quotation mark that never closes swallows the rest of a text file.
    Quote {
        /// Number of the line where the record begins.
        line: u32,
    },
    /// No row looks like a row of headings.
    NoHeader {
        /// What the first rows say, to recognise the sheet by.
        seen: String,
        /// Headings that are looked for.
        wanted: String,
    },
    /// The headings are there, but not the ones that are needed.
    NoColumn {
        /// Headings that are missing.
        missing: String,
        /// Headings found.
        found: String,
    },
    /// The reading library gave up in an unexpected way.
    Crashed,
}

impl FileFault {
    /// Stable code for the API, the command line and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "file.unreadable",
            Self::Empty => "file.empty",
            Self::TooLarge { .. } => "file.too_large",
            Self::Unknown => "file.unknown",
            Self::Disguised(_) => "file.disguised",
            Self::Archive => "file.archive",
            Self::Password => "file.password",
            Self::Damaged(_) => "file.damaged",
            Self::Bomb(_) => "file.bomb",
            Self::NoSheet => "file.no_sheet",
            Self::SheetNotFound { .. } => "file.sheet_not_found",
            Self::SheetEmpty(_) => "file.sheet_empty",
            Self::TooManyColumns { .. } => "file.too_many_columns",
            Self::TooManyRows(_) => "file.too_many_rows",
            Self::CellTooLong { .. } => "file.cell_too_long",
            Self::Encoding { .. } => "file.encoding",
            Self::Quote { .. } => "file.quote",
            Self::NoHeader { .. } => "file.no_header",
            Self::NoColumn { .. } => "file.no_column",
            Self::Crashed => "file.crashed",
        }
    }

    /// What is wrong, without a full stop.
    pub fn what(&self) -> String {
        match self {
            Self::Unreadable(why) => format!("文件打不开：{why}"),
            Self::Empty => "文件是空的，一个字节也没有".into(),
            Self::TooLarge { megabytes, limit } => {
                format!("文件有 {megabytes} MB，超过单个文件的上限 {limit} MB")
            }
            Self::Unknown => "认不出这是什么文件".into(),
            Self::Disguised(kind) => format!("这个文件其实是{kind}，不是能直接读取的表格"),
            Self::Archive => "这是一个压缩包".into(),
            Self::Password => "文件设了打开密码，无法读取".into(),
            Self::Damaged(place) if place.is_empty() => "文件已损坏，读不完整".into(),
            Self::Damaged(place) => format!("文件已损坏，读不完整（{place}）"),
            Self::Bomb(place) => format!("文件解开后大得不正常（{place}）"),
            Self::NoSheet => "文件里没有数据工作表".into(),
            Self::SheetNotFound { wanted, found } => {
                format!("没有名为「{wanted}」的工作表，现有：{}", quoted(found))
            }
            Self::SheetEmpty(name) if name.is_empty() => "表里没有任何内容".into(),
            Self::SheetEmpty(name) => format!("工作表「{name}」里没有任何内容"),
            Self::TooManyColumns { row, limit } => format!("第 {row} 行有内容超出第 {limit} 列"),
            Self::TooManyRows(limit) => format!("行数超过 {limit} 行"),
            Self::CellTooLong { row } => {
                format!("第 {row} 行有一格文字过长，像是多行内容粘在了一格里")
            }
            Self::Encoding { line } => {
                format!("第 {line} 行有认不出的字符，文件既不是 UTF-8 也不是国标（GB 18030）编码")
            }
            Self::Quote { line } => {
                format!("从第 {line} 行起有一个引号没有配对，后面的内容都连在了一起")
            }
            Self::NoHeader { seen, wanted } => {
                format!("找不到表头，表头应有{wanted}这样的列名；表里开头是：{seen}")
            }
            Self::NoColumn { missing, found } => format!("缺少{missing}这一列；现有的列：{found}"),
            Self::Crashed => "文件的内部结构有误，读取中断".into(),
        }
    }

    /// What to do about it, without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "请确认文件还在、没有被别的程序占用，再试一次",
            Self::Empty => "请确认文件已保存完整，重新选择文件",
            Self::TooLarge { .. } => "请删去图片和多余工作表，或按单位拆成几个文件",
            Self::Unknown => "请用 Excel 或 WPS 把名册另存为 .xlsx 或 .csv 再上传",
            Self::Disguised(_) => "请用 Excel 或 WPS 打开，另存为 .xlsx 再上传",
            Self::Archive => "请先解压，再上传里面的表格",
            Self::Password => "请在 Excel 或 WPS 中去掉密码，另存后再上传",
            Self::Damaged(_) | Self::Crashed => {
                "请用 Excel 或 WPS 打开原文件，另存为新的 .xlsx 再上传；打不开就请对方重发"
            }
            Self::Bomb(_) => "请只把名册内容复制到一个新的工作簿，另存为 .xlsx 再上传",
            Self::NoSheet | Self::SheetEmpty(_) => {
                "请把名册放在工作表里，第一行写列名，或下载模板填写"
            }
            Self::SheetNotFound { .. } => "请改用现有的工作表名",
            Self::TooManyColumns { .. } => "请删去右侧无关的内容，另存后再上传",
            Self::TooManyRows(_) => "请按单位拆成几个文件",
            Self::CellTooLong { .. } => "请核对这一行，把内容拆回各自的格子",
            Self::Encoding { .. } => "请用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8”再上传",
            Self::Quote { .. } => "请核对这一行的引号，或另存为 .xlsx 再上传",
            Self::NoHeader { .. } | Self::NoColumn { .. } => "请补上列名，或下载模板按列填写",
        }
    }

    /// A fault read from the disk or from a container's packing.
    pub(crate) fn from_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::InvalidData
            | std::io::ErrorKind::InvalidInput => Self::Damaged(String::new()),
            std::io::ErrorKind::NotFound => Self::Unreadable("文件不存在".into()),
            std::io::ErrorKind::PermissionDenied => Self::Unreadable("没有读取权限".into()),
            _ => Self::Unreadable(error.to_string()),
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}。{}", self.what(), self.remedy())
    }
}

impl std::error::Error for FileFault {}

/// `「甲」、「乙」`, at most eight of them.
pub(crate) fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    let mut text = names
        .iter()
        .take(8)
        .map(|name| format!("「{}」", name.as_ref()))
        .collect::<Vec<_>>()
        .join("、");
    if names.len() > 8 {
        text.push_str(&format!("等 {} 个", names.len()));
    }
    text
}
