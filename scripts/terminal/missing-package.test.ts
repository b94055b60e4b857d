import { expect, test } from '@jest/globals'
import { missingPackage } from './missing-package.mjs'

test.each([
  [
    'a package that an import names',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'kafkajs' imported from /home/a/pay/shared/x.ts",
    'kafkajs',
  ],
  [
    'a package of a scope, by one of its exports',
    "Cannot find package '@middy/core/x' imported from /home/a/x.ts",
    '@middy/core',
  ],
  [
    'a file of a package',
    "Cannot find module '/home/a/pay/node_modules/kysely/dist/index.js' imported from /home/a/pay/shared/x.ts",
    'kysely',
  ],
  [
    'a file that a package itself asks for',
    "Error: Cannot find module './src'\nRequire stack:\n- /home/a/pay/node_modules/@scope/one/index.js\n    at x",
    '@scope/one',
  ],
  ['a package inside of another', "Cannot find module '/home/a/node_modules/a/node_modules/b/x.js'", 'b'],
  [
    'a program that npm would have linked',
    "Cannot find module '/home/a/pay/node_modules/.bin/serverless'",
    'serverless',
  ],
  [
    'esbuild for this platform',
    'The package "@esbuild/linux-x64" could not be found, and is needed',
    '@esbuild/linux-x64',
  ],
  ['a plugin of serverless', 'Serverless plugin "serverless-offline" not found. Make sure', 'serverless-offline'],
  ['a package.json that breaks off', 'Invalid package config /home/a/node_modules/zod/package.json.', 'zod'],
  [
    'a file that breaks off',
    '/home/a/node_modules/kafkajs/index.js:3\nconst a = {\n\nSyntaxError: Unexpected end of input\n    at x',
    'kafkajs',
  ],
])('%s', (_, text, name) => {
  expect(missingPackage(text)).toBe(name)
})

test.each([
  [
    'a file of ours',
    "Cannot find module '/home/a/pay/scripts/local/nothing.ts' imported from /home/a/pay/scripts/x.ts",
  ],
  ['a mistake of ours', 'file:///home/a/pay/scripts/x.ts:3\nconst {\n\nSyntaxError: Unexpected end of input'],
  ['anything else', 'Error: connect ECONNREFUSED 127.0.0.1:3306\n    at /home/a/node_modules/mysql2/lib/x.js:3'],
])('%s is no missing package', (_, text) => {
  expect(missingPackage(text)).toBeUndefined()
})
