//! What people are called: surnames by frequency (with the local ones of northern Zhejiang made a little
//! commoner), given-name characters by sex and decade of birth.

/// Surnames (姓), weight per 100,000 people, rounded.
pub static SURNAMES: &[(&str, u32)] = &[
    ("王", 6400),
    ("李", 6200),
    ("张", 6000),
    ("陈", 5600),
    ("刘", 4600),
    ("沈", 3600),
    ("杨", 2900),
    ("徐", 2900),
    ("朱", 2400),
    ("周", 2400),
    ("吴", 2300),
    ("黄", 2100),
    ("赵", 1900),
    ("俞", 1700),
    ("姚", 1700),
    ("胡", 1600),
    ("孙", 1500),
    ("金", 1500),
    ("钱", 1400),
    ("许", 1400),
    ("章", 1300),
    ("陆", 1300),
    ("马", 1300),
    ("林", 1200),
    ("何", 1200),
    ("郭", 1100),
    ("高", 1100),
    ("施", 1000),
    ("郑", 1000),
    ("罗", 950),
    ("方", 900),
    ("费", 850),
    ("汪", 850),
    ("叶", 850),
    ("潘", 800),
    ("蒋", 800),
    ("戴", 780),
    ("丁", 760),
    ("莫", 740),
    ("范", 720),
    ("梁", 700),
    ("谢", 700),
    ("宋", 690),
    ("唐", 680),
    ("韩", 660),
    ("冯", 650),
    ("邓", 640),
    ("曹", 640),
    ("彭", 620),
    ("曾", 600),
    ("肖", 590),
    ("田", 560),
    ("董", 550),
    ("袁", 540),
    ("余", 540),
    ("于", 520),
    ("盛", 500),
    ("蔡", 500),
    ("苏", 480),
    ("魏", 480),
    ("程", 480),
    ("吕", 470),
    ("杜", 460),
    ("任", 440),
    ("卢", 430),
    ("姜", 420),
    ("钟", 420),
    ("汤", 400),
    ("谭", 400),
    ("崔", 390),
    ("廖", 380),
    ("贾", 350),
    ("石", 350),
    ("夏", 350),
    ("邱", 340),
    ("韦", 330),
    ("付", 330),
    ("顾", 330),
    ("邹", 310),
    ("熊", 300),
    ("白", 290),
    ("孟", 290),
    ("秦", 280),
    ("江", 280),
    ("毛", 270),
    ("史", 260),
    ("洪", 260),
    ("邵", 260),
    ("陶", 250),
    ("严", 250),
    ("侯", 250),
    ("尹", 240),
    ("段", 240),
    ("阎", 230),
    ("薛", 230),
    ("雷", 220),
    ("龙", 200),
    ("黎", 200),
    ("贺", 190),
    ("郝", 180),
    ("龚", 180),
    ("万", 170),
    ("孔", 160),
    ("葛", 160),
    ("温", 150),
    ("康", 140),
    ("倪", 140),
    ("郎", 140),
    ("褚", 130),
    ("卜", 120),
    ("柴", 120),
    ("詹", 110),
    ("祝", 110),
    ("庄", 110),
    ("翁", 110),
    ("童", 100),
    ("凌", 100),
    ("楼", 100),
    ("凤", 8),
    ("帅", 60),
    ("蓝", 50),
    ("单", 50),
    ("解", 45),
    ("仇", 40),
    ("区", 20),
    ("查", 30),
    ("曲", 40),
    ("朴", 20),
    ("覃", 40),
    ("缪", 40),
    ("宓", 20),
    ("鲍", 90),
    ("裘", 60),
    ("骆", 70),
    ("桑", 30),
    ("鹿", 8),
    ("欧阳", 55),
    ("诸葛", 14),
    ("上官", 10),
    ("司徒", 6),
    ("夏侯", 5),
    ("尉迟", 3),
    ("皇甫", 6),
    ("司马", 5),
    ("令狐", 3),
    ("慕容", 3),
    ("东方", 2),
    ("万俟", 1),
];

/// The decades of birth that differ in fashion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// Until 1969.
    Sixties,
    /// 1970–1984.
    Seventies,
    /// 1985–1994.
    Eighties,
    /// From 1995.
    Nineties,
}

impl Era {
    /// The era of a birth year.
    pub fn of(year: i16) -> Self {
        match year {
            ..1970 => Self::Sixties,
            1970..1985 => Self::Seventies,
            1985..1995 => Self::Eighties,
            _ => Self::Nineties,
        }
    }

    /// How many in a hundred carry a given name of one character.
    pub fn single_percent(self) -> f64 {
        match self {
            Self::Sixties => 14.0,
            Self::Seventies => 33.0,
            Self::Eighties => 38.0,
            Self::Nineties => 17.0,
        }
    }

    /// First characters of two, for men.
    pub fn men_first(self) -> &'static str {
        match self {
            Self::Sixties => "建国志永文德明金玉水根阿关荣林海长正家云新兴炳福宝成华培生春炎连",
            Self::Seventies => "建国志永文晓小立海伟红俊卫利新明忠学世金雪春剑少勇铁向晨国宏国",
            Self::Eighties => "俊志文晓海建明家嘉佳永国天少伟振宇世立新春一鹏云泽景思旭成方",
            Self::Nineties => "子俊宇浩文嘉天一志泽家佳梓思明逸景承博睿瑞晨启铭振凯鑫永煜诗",
        }
    }

    /// Second characters of two, for men.
    pub fn men_last(self) -> &'static str {
        match self {
            Self::Sixties => "国华明平林根法荣富生泉良祥兴才发龙海强忠民清坤贵松土水龙源寿",
            Self::Seventies => "华平军明强伟峰林杰良斌民忠刚勇东飞波辉祥荣锋兵清江龙海庆新涛",
            Self::Eighties => "伟杰峰强明华飞辉龙超鹏斌军东波涛磊亮平林成刚良海江俊文毅凯锋",
            Self::Nineties => "豪杰轩宇鑫涛浩辉龙鹏文俊洋凯阳博伟强明哲航成飞超峰乐天然宁昊",
        }
    }

    /// First characters of two, for women.
    pub fn women_first(self) -> &'static str {
        match self {
            Self::Sixties => "秀桂玉美月凤小爱春水金惠淑菊素彩翠兰雪红文云国荷莲杏阿招福银",
            Self::Seventies => "小丽红晓美玉春秀海雪艳月建爱雅文冬凤燕金亚国利伟云素永彩慧晓",
            Self::Eighties => "晓丽小雪佳婷文海美燕静雅玉春红艳嘉梦秋慧莉思丹永亚金晨月霞立",
            Self::Nineties => "雨佳思梦欣嘉晓文诗雅婷雪静子依心怡若可一艺晨紫慧语婉美玉钰丽",
        }
    }

    /// Second characters of two, for women.
    pub fn women_last(self) -> &'static str {
        match self {
            Self::Sixties => "英珍娟芳凤兰仙花琴梅娣香妹莲菊芬珠娥华玲红女宝萍云琴清秀芳珍",
            Self::Seventies => "芳萍英红琴燕华芬霞梅丽玲珍娟兰君飞凤英敏琼艳群云莉芝香妹平英",
            Self::Eighties => "丽燕萍芳玲娟霞红敏婷静娜莉琴艳梅英华洁君芬蓉云平倩琳佳珍飞雯",
            Self::Nineties => "婷怡欣雯琪悦涵玲静萱洁瑶敏琳颖慧妍倩蕾雪燕娜佳丽莹璐彤洋月宁",
        }
    }

    /// Given names of one character, for men.
    pub fn men_single(self) -> &'static str {
        match self {
            Self::Sixties => "明平勇军强伟林刚健峰华斌毅敏忠",
            Self::Seventies => "军勇伟强斌刚平波涛峰辉健杰飞俊明敏华东剑",
            Self::Eighties => "伟磊涛超鹏杰斌强亮飞峰波凯俊勇辉龙宁浩健",
            Self::Nineties => "鑫涛浩杰宇凯超磊阳帅俊豪昊鹏博旭睿翔晨哲",
        }
    }

    /// Given names of one character, for women.
    pub fn women_single(self) -> &'static str {
        match self {
            Self::Sixties => "英芳萍红敏琴兰珍平华玲霞燕梅",
            Self::Seventies => "红燕芳敏丽霞英萍梅艳静琴洁莉玲君虹慧",
            Self::Eighties => "静丽婷燕娜敏芳倩洁莉艳霞娟蕾丹雪琳颖佳慧",
            Self::Nineties => "婷雪静悦颖倩雯莹琪欣瑶璐慧敏月洁蕊萱楠冰",
        }
    }
}

/// Characters that old programs lose: extensions B to E of Unicode, all in use for names.
pub static RARE: &str = "𠅤𬀩𫖮𬱟𬍛𫍯𬣳𡐓𬘭𬭚𫟼㛃䶮喆堃";

/// Uygur names (维吾尔族), written with the middle dot: own name, father's name.
pub static UYGUR_MEN: &[&str] = &[
    "买买提",
    "艾力",
    "阿卜杜热合曼",
    "麦麦提",
    "吐尔逊",
    "艾山",
    "木合塔尔",
    "努尔麦麦提",
    "依明",
    "阿迪力",
    "热西提",
    "玉苏普",
    "库尔班",
    "肉孜",
];
/// Own names of Uygur women.
pub static UYGUR_WOMEN: &[&str] = &[
    "古丽",
    "阿依古丽",
    "热依汗",
    "迪丽娜尔",
    "帕提古丽",
    "茹仙古丽",
    "阿米娜",
    "祖丽菲亚",
    "麦尔哈巴",
    "努尔比耶",
    "早热木",
    "阿依努尔",
];
/// Tibetan names (藏族), without surname.
pub static TIBETAN: &[&str] = &[
    "扎西", "次仁", "卓玛", "央金", "多吉", "旺堆", "格桑", "拉姆", "尼玛", "达娃", "平措", "白玛",
];
/// Mongol names (蒙古族), without surname.
pub static MONGOL: &[&str] = &[
    "巴特尔",
    "其其格",
    "苏日娜",
    "格日勒",
    "那仁",
    "乌云",
    "阿古拉",
    "宝音",
    "萨仁",
    "朝鲁",
];
/// Surnames of the She people (畲族) of Zhejiang.
pub static SHE: &[&str] = &["雷", "蓝", "钟", "盘"];

/// Ethnic groups by GB/T 3304 code, weight per 10,000 members of a district that draws workers from afar.
pub static ETHNIC: &[(&str, u32)] = &[
    ("01", 9610),
    ("06", 70),
    ("15", 66),
    ("07", 40),
    ("08", 40),
    ("09", 36),
    ("03", 30),
    ("12", 28),
    ("22", 24),
    ("11", 20),
    ("05", 12),
    ("02", 8),
    ("04", 6),
    ("14", 6),
    ("10", 4),
];

/// Education by GB/T 4658 code: weights for shop floor and office.
pub static EDUCATION_FLOOR: &[(&str, u32)] = &[
    ("71", 46),
    ("61", 20),
    ("81", 10),
    ("41", 8),
    ("47", 6),
    ("44", 4),
    ("31", 5),
    ("21", 1),
];
/// Education of people in offices, schools, hospitals.
pub static EDUCATION_OFFICE: &[(&str, u32)] = &[
    ("21", 42),
    ("31", 34),
    ("61", 8),
    ("41", 6),
    ("14", 8),
    ("11", 1),
    ("71", 1),
];

/// Politics by GB/T 4762 code.
pub static POLITICS: &[(&str, u32)] = &[
    ("13", 800),
    ("01", 95),
    ("03", 90),
    ("02", 6),
    ("12", 3),
    ("06", 3),
    ("07", 2),
    ("11", 1),
];

/// Skill grade (1 高级技师 … 5 初级) of the one in four who has one.
pub static SKILL: &[(&str, u32)] = &[("5", 40), ("4", 34), ("3", 20), ("2", 5), ("1", 1)];
