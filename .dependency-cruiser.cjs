// One-way doors (which part may import which). `npm run check` refuses what breaks them.

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** Imports of types are gone when the program runs; doors hold for them too, circles and weight don't. */
const atRunTime = { dependencyTypesNot: ['type-only'] }

module.exports = {
  forbidden: [
    rule('no-circles', 'Two files that need each other are one file, or need a third.', { path: '^(shared|server|h5)/' }, { circular: true, viaOnly: atRunTime }),
    rule('no-loose-ends', 'An import that leads nowhere, or to a package that package.json does not name.', { path: '^(shared|server|h5)/' }, { couldNotResolve: true }),
    rule('shared-stands-alone', 'shared is what server and pages agree on: it imports nothing of ours.', { path: '^shared/' }, { path: '^(server|h5|tests)/' }),
    rule('shared-without-zod', 'The pages import @zhike/shared: zod stays in shared/src/contract, behind @zhike/shared/contract.', { path: '^shared/src/', pathNot: '^shared/src/contract/' }, { path: ['(^|/)zod/', '^shared/src/contract/'], ...atRunTime }),
    rule('platform-knows-no-business', 'platform knows nothing of WeCom, WeChat and the business areas.', { path: '^server/src/platform/' }, { path: '^server/src/(wecom|wechat|pay|modules|demo)/' }),
    rule('outside-services-know-no-business', 'The clients of outside services are used by the areas, not the other way round.', { path: '^server/src/(wecom|wechat|pay)/' }, { path: '^server/src/(modules|demo)/' }),
    rule(
      'areas-meet-at-their-index',
      'An area shows what others may use in its index.ts; the rest is its own.',
      { path: '^server/src/modules/([^/]+)/' },
      { path: '^server/src/modules/([^/]+)/', pathNot: ['^server/src/modules/$1/', '^server/src/modules/[^/]+/index\\.ts$'] },
    ),
    rule('app-uses-areas-by-their-index', 'Outside the areas too.', { path: '^server/src/', pathNot: '^server/src/modules/' }, { path: '^server/src/modules/[^/]+/(?!index\\.ts$|tables\\.ts$)' }),
    rule('server-knows-only-the-gate', 'The server knows nothing of the sandbox but its gate, and loads that in one place.', { path: '^server/src/' }, { path: '^server/sandbox/', pathNot: '^server/sandbox/src/gate\\.ts$' }),
    rule('gate-in-one-place', 'Only the app loads the gate.', { path: '^server/src/', pathNot: '^server/src/(app|main)\\.ts$' }, { path: '^server/sandbox/src/gate\\.ts$' }),
    rule('sandbox-is-not-the-server', 'The sandbox is what WeCom is: it sees the server only over HTTP.', { path: '^server/sandbox/' }, { path: '^(server/src|h5|shared)/' }),
    rule('pages-import-shared-only', 'The pages import @zhike/shared and nothing else of ours.', { path: '^h5/src/' }, { path: '^(server|tests)/' }),
    rule('apps-do-not-meet', 'Sidebar and workbench share h5/src/common; neither knows the other.', { path: '^h5/src/(sidebar|workbench)/' }, { path: '^h5/src/(sidebar|workbench)/', pathNot: '^h5/src/$1/' }),
    rule('common-knows-no-app', 'What both apps share knows neither.', { path: '^h5/src/common/' }, { path: '^h5/src/(sidebar|workbench)/' }),
    rule('one-bridge-to-wecom', 'Only h5/src/common/wecom.ts speaks with the WeCom client.', { path: '^h5/src/', pathNot: '^h5/src/common/wecom\\.ts$' }, { path: '@wecom/jssdk' }),
    rule('pages-without-zod', 'zod would double the first screen: types of the contract only.', { path: '^h5/src/' }, { path: ['(^|/)zod/', '^shared/src/contract/'], ...atRunTime }),
    rule('product-without-tests', 'What ships imports no tests.', { path: '^(shared|server|h5)/' }, { path: '^tests/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['(^|/)dist/', '^server/launch/.*\\.d\\.mts$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.mjs', '.js', '.vue', '.d.ts'] },
  },
}
