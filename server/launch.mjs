// `npm start`, `npm test` and their sisters. Runs before anything is installed, so: Node built-ins only,
// and in this file nothing that an old Node can't even parse, so that it can say which Node is needed.
var version = process.versions.node.split('.').map(Number)
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(
    '✗ 知客需要 Node.js 20.19 或更高版本，当前是 ' +
      process.versions.node +
      '。\n  请到 https://nodejs.org/zh-cn/download 安装新版（或用 nvm：nvm install 22），然后重新运行刚才的命令。',
  )
  process.exit(1)
}

import('./launch/main.mjs').then(function (main) {
  return main.launch(process.argv.slice(2))
})
