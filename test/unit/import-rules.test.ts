/** Every source file keeps the rules of the rooms, and every rule can be broken. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { violationsOf } from './import-rules.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const PLACES = ['functions', 'shared', 'sandbox', 'web', 'plugins', 'deploy', 'scripts', 'test']
const SKIPPED = /(?:^|\/)(?:node_modules|dist|\.[^/]+)\//

const sourcesIn = (place: string): string[] => {
  try {
    return readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
      .map(name => `${place}/${name.replaceAll('\\', '/')}`)
      .filter(path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !SKIPPED.test(path))
  } catch {
    return []
  }
}
const sources = PLACES.flatMap(sourcesIn).sort()

describe('the sources', () => {
  test('are found in every room', () => {
    const rooms = new Set(
      sources.map(path =>
        path
          .split('/')
          .slice(0, path.startsWith('shared') ? 2 : 1)
          .join('/'),
      ),
    )

    for (const room of [
      'functions',
      'shared/domain',
      'shared/stores',
      'shared/runtime',
      'sandbox',
      'web',
      'plugins',
      'scripts',
    ])
      expect(rooms).toContain(room)
    expect(sources.length).toBeGreaterThan(100)
  })

  test('import only what their room may, and leave environment, clock and chance to shared/runtime', () => {
    expect(sources.flatMap(path => violationsOf(path, readFileSync(join(root, path), 'utf8')))).toEqual([])
  })
})

describe('an import that is not allowed is found', () => {
  test.each([
    ['functions/api/authorize.ts', '../../shared/stores/database.ts'],
    ['functions/api/authorize.ts', '../../shared/domain/payment.ts'],
    ['functions/api/authorize.ts', './capture.ts'],
    ['functions/api/authorize.ts', '../jobs/sweep-outbox.ts'],
    ['functions/jobs/prune.ts', '../../shared/messaging/doorbell.ts'],
    ['shared/contracts/events.ts', '../domain/payment.ts'],
    ['shared/contracts/events.ts', '../runtime/until.ts'],
    ['shared/domain/payment.ts', '../contracts/payment.ts'],
    ['shared/domain/payment.ts', '../contracts/topics.ts'],
    ['shared/contracts/lists.ts', './topics.ts'],
    ['shared/contracts/lists.ts', '../domain/payment.ts'],
    ['shared/contracts/lists.ts', 'zod'],
    ['shared/payments/operation.ts', '../stores/operations.ts'],
    ['shared/payments/operation.ts', '../http/respond.ts'],
    ['shared/payments/operation.ts', '../runtime/clock.ts'],
    ['shared/stores/outbox.ts', '../messaging/doorbell.ts'],
    ['shared/stores/outbox.ts', '../payments/operation.ts'],
    ['shared/stores/outbox.ts', '../cache/response-cache.ts'],
    ['shared/stores/outbox.ts', '../runtime/clock.ts'],
    ['shared/cache/response-cache.ts', '../stores/answers.ts'],
    ['shared/messaging/doorbell.ts', '../acquirer/in-process-acquirer.ts'],
    ['shared/acquirer/in-process-acquirer.ts', '../payments/answer.ts'],
    ['shared/http/respond.ts', '../domain/payment.ts'],
    ['shared/http/respond.ts', '../runtime/log.ts'],
    ['shared/http/respond.ts', '../stores/answers.ts'],
    ['shared/runtime/wiring.ts', '../../functions/api/authorize.ts'],
    ['sandbox/acquirer/server.ts', '../../shared/runtime/until.ts'],
    ['sandbox/acquirer/rules.ts', '../../shared/domain/payment.ts'],
    ['sandbox/acquirer/rules.ts', './sample-orders.ts'],
    ['shared/acquirer/in-process-acquirer.ts', '../../sandbox/acquirer/rules.ts'],
    ['web/src/app.tsx', '../../shared/payments/answer.ts'],
    ['web/src/app.tsx', '../../shared/domain/payment.ts'],
    ['web/src/app.tsx', '../../scripts/start.ts'],
    ['plugins/kafka-events/src/plugin.ts', '../../../shared/contracts/topics.ts'],
    ['plugins/kafka-events/src/plugin.ts', '../../../shared/runtime/until.ts'],
    ['plugins/kafka-events/src/stalls.test.ts', '../../../shared/runtime/until.ts'],
    ['plugins/kafka-events/test/real-broker.ts', '../../../scripts/system/control.ts'],
    ['plugins/kafka-events/test/full/quick-start.test.ts', '../../../../test/support/system.ts'],
    ['test/unit/conformance.test.ts', '../../plugins/kafka-events/test/conformance/rows/index.ts'],
    ['test/unit/conformance.test.ts', '../../plugins/kafka-events/src/conformance.test.ts'],
    ['shared/runtime/wiring.ts', '../../scripts/start.ts'],
    ['shared/runtime/wiring.ts', '../payments/fakes.ts'],
    ['shared/payments/operation.ts', './fake-store.ts'],
    ['shared/payments/operation.ts', './operation.test.ts'],
    ['shared/invariants/judge.ts', './invariants.corruption.ts'],
    ['scripts/operate/verify/settle.ts', '../../../shared/invariants/sample-payments.ts'],
    ['scripts/start.ts', '../test/support/system.ts'],
    ['scripts/operate/find-system.ts', '../lab/kill/run.ts'],
    ['scripts/lab/chaos/auditor/books.ts', '../../../../shared/domain/fee.ts'],
    ['scripts/lab/chaos/auditor/books.ts', '../../../../shared/payments/ports.ts'],
    ['scripts/lab/chaos/auditor/books.ts', '../../../../shared/invariants/payment-history.ts'],
    ['scripts/lab/chaos/auditor/books.ts', '../../../../shared/stores/payments.ts'],
    ['scripts/lab/chaos/auditor/gather.ts', '../../../operate/verify/kafka-log.ts'],
    ['scripts/lab/chaos/auditor/gather.ts', '../run.ts'],
    ['scripts/operate/find-system.ts', '../local/system.ts'],
    ['scripts/local/system.ts', '../lab/bench/stage.ts'],
    ['scripts/terminal/output.ts', '../local/paths.ts'],
    ['deploy/package/package-service.ts', '../../scripts/lab/bench/stage.ts'],
    ['shared/invariants/payment-history.ts', '../domain/ledger.ts'],
    ['shared/invariants/payment-history.ts', '../payments/ports.ts'],
    ['shared/invariants/audit-invariants.ts', 'node:crypto'],
    ['shared/invariants/audit-hash.ts', '../contracts/lists.ts'],
  ])('%s may not import %s', (path, specifier) => {
    expect(violationsOf(path, `import { x } from '${specifier}'\n`)).toHaveLength(1)
  })

  test.each([
    `import type { x } from '../domain/payment.ts'`,
    `import { type x } from '../domain/payment.ts'`,
    `import '../domain/payment.ts'`,
    `import * as x from '../domain/payment.ts'`,
    `export { x } from '../domain/payment.ts'`,
    `export type { x } from '../domain/payment.ts'`,
    `export * from '../domain/payment.ts'`,
    `const x = await import('../domain/payment.ts')`,
    `const x = () => import(\`../domain/\${name}.ts\`)`,
    `const x = require('../domain/payment.ts')`,
    `import x = require('../domain/payment.ts')`,
    `type X = import('../domain/payment.ts').X`,
    `const x: import('../domain/payment.ts').X = 1`,
  ])('however it is written: %s', source => {
    expect(violationsOf('shared/contracts/events.ts', `${source}\n`)).toHaveLength(1)
  })

  test('an import in a comment or a text is none', () => {
    const source = `// import '../domain/payment.ts'\nconst x = "import '../domain/payment.ts'"\n`

    expect(violationsOf('shared/contracts/events.ts', source)).toEqual([])
  })

  test('a file in no room is found', () => {
    expect(violationsOf('helpers/all.ts', '')).toEqual(['helpers/all.ts is in no room'])
    expect(violationsOf('shared/utils/all.ts', '')).toHaveLength(1)
  })
})

describe('an import that is allowed is left alone', () => {
  test.each([
    ['functions/api/authorize.ts', '../../shared/payments/authorize-payment.ts'],
    ['functions/api/authorize.ts', '../../shared/runtime/wiring.ts'],
    ['functions/events/record-ledger.ts', 'aws-lambda'],
    ['shared/payments/operation.ts', '../domain/fee.ts'],
    ['shared/invariants/audit-hash.ts', 'node:crypto'],
    ['shared/payments/operation.ts', './ports.ts'],
    ['shared/stores/outbox.ts', '../payments/ports.ts'],
    ['shared/stores/outbox.ts', 'mysql2/promise'],
    ['shared/stores/migrate.ts', 'kysely/migration'],
    ['shared/messaging/topics.ts', 'kafkajs'],
    ['shared/runtime/wiring.ts', '../stores/database.ts'],
    ['shared/contracts/events.ts', 'zod'],
    ['shared/contracts/events.ts', './lists.ts'],
    ['shared/domain/payment.ts', '../contracts/lists.ts'],
    ['web/src/app.tsx', '../../shared/contracts/errors.ts'],
    ['web/src/app.tsx', './store.ts'],
    ['scripts/dlq.ts', '../shared/messaging/kafka-client.ts'],
    ['scripts/dlq.ts', 'kafkajs'],
    ['plugins/kafka-events/src/plugin.ts', 'kafkajs'],
    ['plugins/kafka-events/src/stalls.test.ts', '../test/until.ts'],
    ['test/support/lambda/kafka-trigger.ts', '../../../plugins/kafka-events/src/kafkajs-repairs.ts'],
    ['functions/api/authorize.test.ts', './capture.ts'],
    ['test/integration/contract.test.ts', '../../shared/stores/database.ts'],
    ['shared/payments/fakes.ts', './fake-store.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(violationsOf(path, `import { x } from '${specifier}'\n`)).toEqual([])
  })
})

describe('a client library outside its room is found', () => {
  test.each([
    ['shared/payments/operation.ts', 'mysql2/promise'],
    ['shared/cache/response-cache.ts', 'kafkajs'],
    ['shared/messaging/doorbell.ts', 'ioredis'],
    ['shared/http/idempotency.ts', 'ioredis'],
    ['functions/api/get-readiness.ts', 'mysql2'],
    ['shared/runtime/wiring.ts', 'kafkajs'],
    ['shared/domain/money.ts', 'zod'],
    ['shared/domain/money.ts', 'node:crypto'],
    ['shared/contracts/events.ts', 'kafkajs'],
    ['shared/payments/operation.ts', '@middy/core'],
  ])('%s may not import %s', (path, library) => {
    expect(violationsOf(path, `import { x } from '${library}'\n`)).toHaveLength(1)
  })

  test('shared/runtime may name the types of clients, which adapters build', () => {
    expect(violationsOf('shared/runtime/wiring.ts', `import type { Kafka } from 'kafkajs'\n`)).toEqual([])
  })
})

describe('reading environment, clock or chance is found', () => {
  const uses = [
    'const x = process.env.HOME',
    `const x = process['env']`,
    'const { env } = process',
    'const x = globalThis.process.env',
    `import { env } from 'node:process'`,
    'const x = process.hrtime.bigint()',
    'const x = Date.now()',
    'const { now } = Date',
    'const x = new Date()',
    'const x = (new Date).getTime()',
    'const x = Date()',
    'const x = [Date.now]',
    'const x = f({ at: Date.now() })',
    'const x = { Date }',
    'const x = (Date as { now(): number }).now()',
    'const x = performance.now()',
    `import { performance as p } from 'node:perf_hooks'`,
    'const x = Math.random()',
    'const x = crypto.randomUUID()',
    'const x = globalThis.crypto',
    `import { randomUUID } from 'node:crypto'`,
    `import { createHash, randomBytes as bytes } from 'node:crypto'`,
    `import * as c from 'node:crypto'`,
    `import c from 'node:crypto'`,
    `import { ulid } from 'ulid'`,
    'class X { readonly at = Date.now() }',
    'const x = (at = Date.now()) => at',
    'class X { m(at = Date.now()) {} }',
    'class X { [Math.random()]() {} }',
  ]

  test.each(uses)('%s', source => {
    expect(violationsOf('shared/http/route.ts', `${source}\n`)).toHaveLength(1)
    expect(violationsOf('functions/api/get-readiness.ts', `${source}\n`)).toHaveLength(1)
  })

  test.each(uses)('%s is what shared/runtime is for', source => {
    for (const path of ['shared/runtime/clock.ts', 'scripts/start.ts', 'web/src/app.tsx', 'test/unit/seed.ts'])
      expect(violationsOf(path, `${source}\n`)).toEqual([])
  })

  test.each([
    'const x = new Date(1)',
    'const x = new Date(epochMs).toISOString()',
    'const x = value instanceof Date',
    `const x = Date.parse('2026-01-02')`,
    'const x = Date.UTC(2026, 0)',
    'type X = Date | Record<string, Date>',
    'const x = (at: Date): Date => at',
    'interface X { process: string; performance: number }',
    'const x = row.process + row.Date + order.performance',
    'const x = { process: 1, crypto: 2, performance() {} }',
    'class X { process = 1; crypto() {} get performance() { return 1 } }',
    'const x = Math.floor(1)',
    `import { createHash } from 'node:crypto'`,
    '// Date.now()',
    `const x = 'process.env'`,
  ])('%s reads none of them', source => {
    expect(violationsOf('shared/http/route.ts', `${source}\n`)).toEqual([])
  })
})

describe('the domain', () => {
  test.each([
    'export const x = async () => 1',
    'export async function x() {}',
    'class X { async m() {} }',
    'for await (const x of y) z(x)',
    'await x',
  ])('%s is not for it: it is synchronous', source => {
    expect(violationsOf('shared/domain/money.ts', `${source}\n`)).toEqual(['shared/domain/money.ts is asynchronous'])
    expect(violationsOf('shared/http/route.ts', `${source}\n`)).toEqual([])
  })
})
