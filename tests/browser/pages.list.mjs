// Every page that a browser checks: address, the post that opens it (as `niangjia demo` prints it), and a word that must
// be on it. Add a line for each new page; pages.test.mjs does the rest. `face: "hall"`
// asks for 44 px targets and is also checked in large type.
export const PAGES = [
  { path: "/login", post: null, holds: "登录" },
  { path: "/me", post: "区总工会干部", holds: "登录的设备" },
  { path: "/posts/switch", post: "一人两岗", holds: "一次只用一个岗位" },
  { path: "/accounts", post: "安全管理员", holds: "quzong" },
  { path: "/accounts/new", post: "系统管理员", holds: "新建账号" },
  { path: "/roles", post: "安全管理员", holds: "角色与能力" },
  { path: "/tokens", post: "安全管理员", holds: "接口令牌" },
  { path: "/settings", post: "系统管理员", holds: "系统设置" },
  { path: "/audit", post: "审计管理员", holds: "审计日志" },
  { path: "/hall", post: null, holds: "加入工会", face: "hall" },
  { path: "/hall/join?q=工会", post: null, holds: "第 1 步", face: "hall" },
  { path: "/hall/join", post: null, holds: "找一找", face: "hall" },
  { path: "/hall/status", post: null, holds: "回执号", face: "hall" },
  { path: "/hall/settings", post: null, holds: "大字版", face: "hall" },
  { path: "/hall", post: "职工", holds: "会员卡", face: "hall" },
  { path: "/hall/card", post: "职工", holds: "会员卡号", face: "hall" },
  { path: "/hall/data", post: "职工", holds: "入会日期", face: "hall" },
  { path: "/hall/data/copy", post: "职工", holds: "下载", face: "hall" },
  { path: "/hall/seen", post: "职工", holds: "资料", face: "hall" },
  { path: "/hall/consents", post: "职工", holds: "同意", face: "hall" },
  { path: "/hall/requests", post: "职工", holds: "请求", face: "hall" },
  { path: "/hall/requests/correct", post: "职工", holds: "应该是什么", face: "hall" },
  { path: "/hall/requests/delete", post: "职工", holds: "删除", face: "hall" },
  { path: "/hall/password", post: "职工", holds: "新口令", face: "hall" },
];
