/** A variable that the test run sets (see services-setup.ts); fails with how to run tests when it is missing. */
export function given(name: 'ZHIKE_TEST_MYSQL' | 'ZHIKE_TEST_DIR'): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: run through \`npm test\` or vitest with tests/vitest.config.ts`)
  return value
}
