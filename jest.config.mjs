// Three projects: `unit` (beside the code, no network), `system` (test/ and plugins/*/test/system/, against the running system;
// started by `npm test`) and `full` (test/full/ and plugins/*/test/full/: as `system`, too slow for every day; `npm run test:full`).
const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          target: 'es2024',
          transform: { react: { runtime: 'automatic' } },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.data', '<rootDir>/.serverless'],
  // Jest would wait for ever for what a test has left open.
  globalTeardown: '<rootDir>/scripts/lab/testing/exit-watch.ts',
}

export default {
  // A deadline for what hangs. On a busy machine the default of 5 s fails what only has to wait for its turn.
  testTimeout: 60_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{functions,shared,sandbox,deploy,scripts,web,migrations}/**/*.test.{ts,tsx}',
        '<rootDir>/plugins/*/{src,test/package}/**/*.test.ts',
        '<rootDir>/test/unit/**/*.test.ts',
      ],
    },
    {
      ...base,
      displayName: 'system',
      testMatch: [
        '<rootDir>/test/{integration,e2e,faults}/**/*.test.ts',
        '<rootDir>/plugins/*/test/system/**/*.test.ts',
      ],
    },
    {
      ...base,
      displayName: 'full',
      testMatch: ['<rootDir>/test/full/**/*.test.ts', '<rootDir>/plugins/*/test/full/**/*.test.ts'],
    },
  ],
}
