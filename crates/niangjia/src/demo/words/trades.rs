//! Lines of business: what they are called, how large they are, who works there.

/// Who registers an employer, hence which kind of code it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Register {
    /// 91 company
    Company,
    /// 92 individual business (个体工商户)
    Individual,
    /// 12 public institution (事业单位)
    Institution,
    /// 52 social service body (民办非企业单位)
    Social,
    /// 54 village or community body (基层群众性自治组织)
    Village,
}

impl Register {
    /// First two characters of the credit code (GB 32100-2015).
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Company => "91",
            Self::Individual => "92",
            Self::Institution => "12",
            Self::Social => "52",
            Self::Village => "54",
        }
    }
}

/// A line of business: what it is called, how large, how it forms unions.
#[derive(Debug, Clone, Copy)]
pub struct Trade {
    /// GB/T 4754-2017 class.
    pub code: &'static str,
    /// Words for the middle of the name.
    pub words: &'static [&'static str],
    /// Forms at the end of the name.
    pub forms: &'static [&'static str],
    /// Median number of people.
    pub median: f64,
    /// Spread of the logarithm.
    pub sigma: f64,
    /// Share of the district's employers, per 1,000.
    pub weight: u32,
    /// Who registers it.
    pub register: Register,
    /// Women among its people, percent.
    pub women: f64,
    /// Office work rather than shop floor.
    pub office: bool,
    /// Jobs.
    pub jobs: &'static [&'static str],
}

const COMPANY: &[&str] = &[
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限责任公司",
    "股份有限公司",
];
const MAKER: &[&str] = &[
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "厂",
    "厂",
    "股份有限公司",
];
const SHOP: &[&str] = &["店", "经营部", "商行"];

const FLOOR_JOBS: &[&str] = &[
    "操作工",
    "操作工",
    "操作工",
    "质检员",
    "班组长",
    "仓管员",
    "机修工",
    "包装工",
    "车间主任",
];
const TEXTILE_JOBS: &[&str] = &[
    "缝纫工",
    "缝纫工",
    "挡车工",
    "裁剪工",
    "绣花工",
    "验布工",
    "打版师",
    "班组长",
    "跟单员",
];
const METAL_JOBS: &[&str] = &[
    "数控操作工",
    "车工",
    "焊工",
    "钳工",
    "装配工",
    "质检员",
    "班组长",
    "工艺工程师",
];
const LAB_JOBS: &[&str] = &[
    "实验员",
    "研发工程师",
    "质量专员",
    "生产操作员",
    "注册专员",
    "仓储专员",
];
const SITE_JOBS: &[&str] = &[
    "木工",
    "钢筋工",
    "泥工",
    "水电工",
    "架子工",
    "施工员",
    "安全员",
    "资料员",
    "塔吊司机",
];
const SALES_JOBS: &[&str] = &[
    "营业员",
    "业务员",
    "客服",
    "采购员",
    "仓管员",
    "会计",
    "店长",
];
const WEB_JOBS: &[&str] = &["主播", "运营专员", "客服", "美工", "打包员", "采购员"];
const ROAD_JOBS: &[&str] = &["货车司机", "货车司机", "调度员", "装卸工", "仓管员"];
const PARCEL_JOBS: &[&str] = &["快递员", "快递员", "快递员", "分拣员", "网点经理", "客服"];
const MEAL_JOBS: &[&str] = &["外卖送餐员", "外卖送餐员", "外卖送餐员", "站长", "调度员"];
const KITCHEN_JOBS: &[&str] = &["服务员", "厨师", "传菜员", "收银员", "店长", "保洁员"];
const CODE_JOBS: &[&str] = &[
    "开发工程师",
    "测试工程师",
    "产品经理",
    "项目经理",
    "运维工程师",
    "人事专员",
];
const HOUSE_JOBS: &[&str] = &[
    "保安员",
    "保洁员",
    "保洁员",
    "绿化工",
    "维修工",
    "客服管家",
    "项目主管",
];
const OFFICE_JOBS: &[&str] = &["专员", "主管", "会计", "行政", "项目经理", "顾问"];
const SCHOOL_JOBS: &[&str] = &["教师", "教师", "教师", "教师", "教辅", "后勤"];
const WARD_JOBS: &[&str] = &["护士", "护士", "医师", "药师", "检验师", "护工", "收费员"];
const CARE_JOBS: &[&str] = &["护理员", "护理员", "护士", "社工", "厨师"];
const VILLAGE_JOBS: &[&str] = &["社区工作者", "网格员", "保洁员", "协管员"];

/// The trades of a district that lives from cloth, machines, medicine and parcels. One line a trade.
#[rustfmt::skip]
pub static TRADES: &[Trade] = &[
    Trade { code: "C1771", words: &["家纺", "布艺", "床品", "家居用品"], forms: MAKER, median: 21.0, sigma: 1.1, weight: 70, register: Register::Company, women: 62.0, office: false, jobs: TEXTILE_JOBS },
    Trade { code: "C1779", words: &["纺织", "窗帘", "遮阳布业", "装饰布"], forms: MAKER, median: 19.0, sigma: 1.1, weight: 45, register: Register::Company, women: 58.0, office: false, jobs: TEXTILE_JOBS },
    Trade { code: "C1819", words: &["服饰", "制衣", "服装", "女装"], forms: MAKER, median: 20.0, sigma: 1.1, weight: 90, register: Register::Company, women: 66.0, office: false, jobs: TEXTILE_JOBS },
    Trade { code: "C1829", words: &["针织", "毛衫", "袜业"], forms: MAKER, median: 17.0, sigma: 1.0, weight: 35, register: Register::Company, women: 64.0, office: false, jobs: TEXTILE_JOBS },
    Trade { code: "C2190", words: &["家具", "家居", "沙发"], forms: MAKER, median: 22.0, sigma: 1.1, weight: 22, register: Register::Company, women: 34.0, office: false, jobs: FLOOR_JOBS },
    Trade { code: "C2319", words: &["印务", "包装", "彩印"], forms: MAKER, median: 18.0, sigma: 1.0, weight: 28, register: Register::Company, women: 45.0, office: false, jobs: FLOOR_JOBS },
    Trade { code: "C2761", words: &["生物医药", "生物科技", "制药"], forms: COMPANY, median: 44.0, sigma: 1.2, weight: 18, register: Register::Company, women: 52.0, office: true, jobs: LAB_JOBS },
    Trade { code: "C2929", words: &["塑料制品", "塑业", "新材料"], forms: MAKER, median: 18.0, sigma: 1.1, weight: 30, register: Register::Company, women: 42.0, office: false, jobs: FLOOR_JOBS },
    Trade { code: "C3311", words: &["钢结构", "金属制品", "五金"], forms: MAKER, median: 17.0, sigma: 1.1, weight: 40, register: Register::Company, women: 24.0, office: false, jobs: METAL_JOBS },
    Trade { code: "C3441", words: &["泵业", "机械设备", "流体设备"], forms: MAKER, median: 30.0, sigma: 1.2, weight: 24, register: Register::Company, women: 26.0, office: false, jobs: METAL_JOBS },
    Trade { code: "C3435", words: &["电梯", "电梯部件"], forms: COMPANY, median: 52.0, sigma: 1.2, weight: 10, register: Register::Company, women: 22.0, office: false, jobs: METAL_JOBS },
    Trade { code: "C3484", words: &["机械", "精密机械", "模具"], forms: MAKER, median: 15.0, sigma: 1.0, weight: 52, register: Register::Company, women: 27.0, office: false, jobs: METAL_JOBS },
    Trade { code: "C3584", words: &["医疗器械", "医疗科技"], forms: COMPANY, median: 34.0, sigma: 1.1, weight: 16, register: Register::Company, women: 54.0, office: true, jobs: LAB_JOBS },
    Trade { code: "C3829", words: &["电气", "电力设备", "智能装备"], forms: COMPANY, median: 34.0, sigma: 1.2, weight: 22, register: Register::Company, women: 33.0, office: false, jobs: METAL_JOBS },
    Trade { code: "C3989", words: &["电子", "电子科技", "光电"], forms: COMPANY, median: 32.0, sigma: 1.2, weight: 20, register: Register::Company, women: 48.0, office: false, jobs: FLOOR_JOBS },
    Trade { code: "C1411", words: &["食品", "糕点", "烘焙食品"], forms: MAKER, median: 24.0, sigma: 1.1, weight: 12, register: Register::Company, women: 58.0, office: false, jobs: FLOOR_JOBS },
    Trade { code: "E4710", words: &["建设", "建筑工程", "市政工程"], forms: COMPANY, median: 36.0, sigma: 1.3, weight: 30, register: Register::Company, women: 12.0, office: false, jobs: SITE_JOBS },
    Trade { code: "E5011", words: &["装饰工程", "建筑装饰", "幕墙工程"], forms: COMPANY, median: 13.0, sigma: 1.0, weight: 30, register: Register::Company, women: 22.0, office: false, jobs: SITE_JOBS },
    Trade { code: "F5131", words: &["纺织品贸易", "布业", "面料"], forms: COMPANY, median: 6.0, sigma: 0.9, weight: 45, register: Register::Company, women: 50.0, office: true, jobs: SALES_JOBS },
    Trade { code: "F5212", words: &["超市", "商业连锁", "生鲜"], forms: COMPANY, median: 17.0, sigma: 1.3, weight: 14, register: Register::Company, women: 68.0, office: false, jobs: SALES_JOBS },
    Trade { code: "F5292", words: &["电子商务", "网络科技", "供应链"], forms: COMPANY, median: 11.0, sigma: 1.1, weight: 62, register: Register::Company, women: 55.0, office: true, jobs: WEB_JOBS },
    Trade { code: "F5199", words: &["贸易", "商贸", "实业"], forms: COMPANY, median: 6.0, sigma: 0.9, weight: 60, register: Register::Company, women: 48.0, office: true, jobs: SALES_JOBS },
    Trade { code: "F5211", words: &["百货", "日用品", "五金建材"], forms: SHOP, median: 3.0, sigma: 0.6, weight: 28, register: Register::Individual, women: 55.0, office: false, jobs: SALES_JOBS },
    Trade { code: "G5431", words: &["物流", "货运", "运输"], forms: COMPANY, median: 15.0, sigma: 1.2, weight: 28, register: Register::Company, women: 16.0, office: false, jobs: ROAD_JOBS },
    Trade { code: "G6020", words: &["快递", "速递", "速运"], forms: COMPANY, median: 42.0, sigma: 1.0, weight: 12, register: Register::Company, women: 18.0, office: false, jobs: PARCEL_JOBS },
    Trade { code: "H6242", words: &["配送服务", "即时配送"], forms: COMPANY, median: 46.0, sigma: 0.9, weight: 7, register: Register::Company, women: 9.0, office: false, jobs: MEAL_JOBS },
    Trade { code: "H6110", words: &["大酒店", "酒店管理", "宾馆"], forms: COMPANY, median: 28.0, sigma: 0.9, weight: 10, register: Register::Company, women: 60.0, office: false, jobs: KITCHEN_JOBS },
    Trade { code: "H6210", words: &["餐饮管理", "酒楼", "餐饮"], forms: COMPANY, median: 13.0, sigma: 1.0, weight: 24, register: Register::Company, women: 58.0, office: false, jobs: KITCHEN_JOBS },
    Trade { code: "H6220", words: &["小吃", "面馆", "餐饮"], forms: SHOP, median: 3.0, sigma: 0.6, weight: 26, register: Register::Individual, women: 52.0, office: false, jobs: KITCHEN_JOBS },
    Trade { code: "I6513", words: &["软件", "信息技术", "数字科技", "人工智能"], forms: COMPANY, median: 17.0, sigma: 1.2, weight: 34, register: Register::Company, women: 35.0, office: true, jobs: CODE_JOBS },
    Trade { code: "K7020", words: &["物业管理", "物业服务"], forms: COMPANY, median: 40.0, sigma: 1.1, weight: 12, register: Register::Company, women: 46.0, office: false, jobs: HOUSE_JOBS },
    Trade { code: "L7263", words: &["劳务", "人力资源", "企业服务"], forms: COMPANY, median: 32.0, sigma: 1.3, weight: 10, register: Register::Company, women: 44.0, office: true, jobs: OFFICE_JOBS },
    Trade { code: "M7481", words: &["工程管理", "工程咨询", "检测技术"], forms: COMPANY, median: 17.0, sigma: 1.0, weight: 18, register: Register::Company, women: 34.0, office: true, jobs: OFFICE_JOBS },
    Trade { code: "O8211", words: &["保洁服务", "环境服务", "家政服务"], forms: COMPANY, median: 26.0, sigma: 1.2, weight: 10, register: Register::Company, women: 66.0, office: false, jobs: HOUSE_JOBS },
    Trade { code: "O8111", words: &["汽车修理", "汽车服务", "汽修"], forms: &["厂", "有限公司", "店"], median: 7.0, sigma: 0.8, weight: 14, register: Register::Company, women: 14.0, office: false, jobs: METAL_JOBS },
    Trade { code: "O8040", words: &["美容美发", "造型", "美业"], forms: SHOP, median: 4.0, sigma: 0.6, weight: 12, register: Register::Individual, women: 68.0, office: false, jobs: SALES_JOBS },
    Trade { code: "P8310", words: &["幼儿园"], forms: &[""], median: 34.0, sigma: 0.4, weight: 14, register: Register::Social, women: 94.0, office: true, jobs: SCHOOL_JOBS },
    Trade { code: "P8321", words: &["小学"], forms: &[""], median: 92.0, sigma: 0.4, weight: 10, register: Register::Institution, women: 74.0, office: true, jobs: SCHOOL_JOBS },
    Trade { code: "P8331", words: &["初级中学", "中学"], forms: &[""], median: 130.0, sigma: 0.4, weight: 6, register: Register::Institution, women: 62.0, office: true, jobs: SCHOOL_JOBS },
    Trade { code: "Q8421", words: &["社区卫生服务中心"], forms: &[""], median: 110.0, sigma: 0.5, weight: 4, register: Register::Institution, women: 76.0, office: true, jobs: WARD_JOBS },
    Trade { code: "Q8514", words: &["养老服务中心", "护理院"], forms: &[""], median: 26.0, sigma: 0.7, weight: 5, register: Register::Social, women: 80.0, office: false, jobs: CARE_JOBS },
];

/// Village bodies: made one for each village, not by weight.
pub static VILLAGE_BODY: Trade = Trade {
    code: "S9620",
    words: &[],
    forms: &[""],
    median: 14.0,
    sigma: 0.3,
    weight: 0,
    register: Register::Village,
    women: 55.0,
    office: true,
    jobs: VILLAGE_JOBS,
};
