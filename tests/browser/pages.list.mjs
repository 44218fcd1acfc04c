// Every page that a browser checks: address, the post that opens it (as `niangjia demo` prints it), and a word that must
// be on it. Add a line for each new page; pages.test.mjs does the rest. `face: "hall"` asks for 44 px targets.
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
];
