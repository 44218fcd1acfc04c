// Every page that a browser checks: address, post that opens it, and a word that must be on it.
// Add a line for each new page; pages.test.mjs does the rest. `face: "hall"` asks for 44 px targets.
export const PAGES = [
  { path: "/login", post: null, holds: "登录" },
  { path: "/workbench", post: "区总工会干部", holds: "工作台" },
];
