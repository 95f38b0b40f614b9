import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** Sources of our own packages are TypeScript, so vitest transforms them; Vant's styles are imported from its scripts. */
const server = { deps: { inline: [/@zhike\//, 'vant', /@vant\//] } }
const services = './run/services-setup.ts'

const projects: TestProjectInlineConfiguration[] = [
  { extends: true, test: { name: 'unit', include: ['unit/**/*.test.ts'], sequence: { groupOrder: 0 } } },
  {
    extends: true,
    test: {
      name: 'integration',
      include: ['integration/**/*.test.ts', 'chaos/**/*.test.ts'],
      globalSetup: services,
      testTimeout: 60_000,
      hookTimeout: 120_000,
      maxWorkers: 2,
      sequence: { groupOrder: 1 },
    },
  },
  {
    extends: true,
    test: {
      name: 'e2e',
      include: ['e2e/**/*.test.ts'],
      globalSetup: services,
      testTimeout: 120_000,
      hookTimeout: 180_000,
      fileParallelism: false,
      sequence: { groupOrder: 2 },
    },
  },
]

const report = process.env.ZHIKE_TEST_REPORT

export default defineConfig({
  test: {
    server,
    environment: 'node',
    pool: 'forks',
    passWithNoTests: true,
    reporters: ['default', './run/rerun-reporter.ts', ...(report === undefined ? [] : [['json', { outputFile: report }] satisfies ['json', { outputFile: string }]])],
    projects,
  },
})
