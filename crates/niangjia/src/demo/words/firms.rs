//! What firms, parks and streets are called.

/// Characters a fancy name (字号) is made of.
pub static FANCY_FIRST: &str = "恒瑞博鼎宏盛嘉汇金华泰永天新东方中正万隆德信诚顺达兴旺福康安和益良宝利通源海江云星辰光旭日峰锐科创智联众杰凯欣荣祥裕丰美佳雅艺优品";
/// Second characters of a fancy name.
pub static FANCY_LAST: &str = "达泰瑞丰源盛腾飞翔航远邦成业创拓展峰岳川润泽霖森林茂实诚信和悦欣怡宁康健铭锦绣程途阳辉耀晟昊宇宸翰轩帆捷迅通汇集聚合力凯元亨利贞恩慈善";
/// A third character, where two are taken already.
pub static FANCY_THIRD: &str = "德宝佳特尔斯诺克维森雅莱茵";

/// Words for parks and office buildings.
pub static PARKS: &[&str] = &[
    "时尚产业园",
    "智造产业园",
    "生命健康产业园",
    "电商产业园",
    "科创园",
    "家纺产业园",
    "物流园",
    "数字经济园",
    "装备产业园",
];
/// Words for office buildings.
pub static BUILDINGS: &[&str] = &["商务大厦", "国际中心", "创业大厦", "财富中心", "金融大厦"];

/// Streets that stand in addresses; numbers are invented.
pub static STREETS: &[&str] = &[
    "兴业路",
    "振兴街",
    "工农路",
    "望梅路",
    "迎宾路",
    "新城大道",
    "科技路",
    "东湖路",
    "河滨路",
    "人民大道",
    "文化街",
    "创新路",
];
