import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

/** The environment is read in one place per process, checked there, and handed on as a typed value. */
const onlyConfigReadsEnvironment = {
  'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Only the config file reads process.env; take a typed value instead.' }],
  'no-restricted-imports': ['error', { paths: [{ name: 'node:process', message: 'Use the global process; its env is read by the config file only.' }] }],
}

/** Doors of the H5: shared only; from the contract only types, so that zod stays out of the first screen. */
const h5Doors = {
  'no-restricted-imports': 'off',
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      paths: [
        { name: '@zhike/shared/contract', allowTypeImports: true, message: 'Types only: the contract brings zod with it.' },
        { name: 'zod', allowTypeImports: true, message: 'zod must not get into the pages.' },
        { name: '@wecom/jssdk', message: 'Only src/common/wecom.ts speaks with the WeCom client.' },
      ],
      patterns: [
        { group: ['@zhike/server', '@zhike/server/*', '@zhike/sandbox', '@zhike/sandbox/*'], message: 'The pages know the server by its contract only.' },
        { regex: '^(\\.\\./)+(server|shared|tests)/', message: 'Import other packages by their name.' },
      ],
    },
  ],
}

export default ts.config(
  { ignores: ['**/node_modules/', '**/dist/', '**/.data/', 'coverage/', '**/*.d.ts', 'tests/fixtures/', 'tests/.shots/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'].map((config) => ({ ...config, files: ['**/*.vue'] })),
  {
    languageOptions: { ecmaVersion: 2023, sourceType: 'module', globals: globals.node },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      // TypeScript knows better, in .mjs and .vue files too.
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      // vue-tsc finds these, in a fraction of the time.
      'vue/no-ref-as-operand': 'off',
      // Layout is a matter of taste and changes with every edit; these only make noise.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/require-default-prop': 'off',
      'vue/attributes-order': 'off',
    },
  },
  // Promises that nobody waits for lose their errors; this needs types, so only where it matters and is quick.
  {
    files: ['server/src/**/*.ts', 'server/sandbox/src/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  { files: ['server/src/**/*.ts'], ignores: ['server/src/config.ts'], rules: onlyConfigReadsEnvironment },
  { files: ['server/sandbox/src/**/*.ts'], ignores: ['server/sandbox/src/config.ts', 'server/sandbox/src/main.ts'], rules: onlyConfigReadsEnvironment },
  { files: ['h5/src/**/*.{ts,vue}'], languageOptions: { globals: globals.browser }, rules: { ...h5Doors, 'no-console': ['error', { allow: ['warn', 'error'] }] } },
  { files: ['h5/src/common/wecom.ts'], rules: { '@typescript-eslint/no-restricted-imports': 'off' } },
  // These talk to the person at the console.
  { files: ['server/src/**/*-cli.ts', 'server/src/demo/**', 'server/sandbox/src/main.ts', '**/*.mjs', 'tests/bench/**', 'tests/run/**'], rules: { 'no-console': 'off' } },
  // Has to be readable by any Node, to tell which one is needed.
  { files: ['server/launch.mjs'], rules: { 'no-var': 'off', 'prefer-const': 'off', 'object-shorthand': 'off' } },
  // Injected into pages as it stands, before anything else: plain scripts that every webview understands.
  {
    files: ['server/sandbox/public/**/*.js'],
    languageOptions: { sourceType: 'script', globals: globals.browser },
    rules: { 'no-var': 'off', 'prefer-const': 'off', 'object-shorthand': 'off', '@typescript-eslint/no-unused-vars': ['error', { caughtErrors: 'none' }] },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
)
