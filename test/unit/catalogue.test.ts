/** What is written down in several places says the same: error codes, topics, statuses, sizes, settings, routes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { errorCatalogue, errorCodes } from '../../shared/contracts/errors.ts'
import { AMOUNT_MAX, idempotencyKey, merchantId, paymentMethod } from '../../shared/contracts/identifiers.ts'
import {
  entryTypes,
  eventTypes,
  operationKinds,
  operationStates,
  paymentStatuses,
  settlementEventTypes,
} from '../../shared/contracts/lists.ts'
import { refundRequest } from '../../shared/contracts/routes/refund-payment.ts'
import {
  consumerGroups,
  DEAD_LETTER_TOPIC,
  DOORBELL_TOPIC,
  SHARD_COUNT,
  topicDefinitions,
} from '../../shared/contracts/topics.ts'
import { movement } from '../../shared/domain/ledger.ts'
import { everyInvariant, needingOnePayment } from '../../shared/invariants/catalogue.ts'
import { createFakeIds } from '../../shared/payments/fakes.ts'
import { configFrom, variableNames } from '../../shared/runtime/config.ts'

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const sorted = (values: Iterable<string>): string[] => [...values].sort()

/** The tables of a Markdown text, each row as its cells. */
const tableRows = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map(cell => cell.trim()),
    )

/** As permissions name topics. The doorbell has no family. */
const familyOf = (topic: string): string => (topic === DOORBELL_TOPIC ? topic : topic.replace(/\..*/, '.*'))

/** The text of a cell that is nothing but `code`. */
const codeIn = (cell = ''): string | undefined => /^`([^`]+)`$/.exec(cell)?.[1]

interface FunctionDefinition {
  handler: string
  timeout?: number
  events: Array<{
    httpApi?: string
    schedule?: string
    kafka?: { topic: string; consumerGroupId: string; startingPosition: string }
  }>
}

interface ServerlessYml {
  provider: { timeout: number }
  custom: { kafkaEvents: { partitionsPerEventMax: number } }
  functions: Record<string, FunctionDefinition>
}

const serverless: ServerlessYml = parse(read('serverless.yml'), { merge: true })
const localEnvironment: Record<string, string> = parse(read('deploy/stages/local.yml')).environment
const functions = Object.entries(serverless.functions)
const triggers = functions.flatMap(([name, { handler, events }]) =>
  events.flatMap(({ kafka }) => (kafka ? [{ name, handler, ...kafka }] : [])),
)

describe.each(['docs/errors.md', 'docs/errors.ko.md'])('the error codes of %s', path => {
  const rows = tableRows(read(path)).filter(([cell]) => /^[A-Z_]+$/.test(codeIn(cell) ?? ''))

  test('are those of the catalogue, each written once', () => {
    expect(sorted(rows.map(([cell]) => codeIn(cell)!))).toEqual(sorted(errorCodes))
  })

  test.each(errorCodes)('%s has the HTTP status that is written down', code => {
    const [, statuses = ''] = rows.find(([cell]) => codeIn(cell) === code) ?? []

    expect(statuses.split(',').map(Number)).toContain(errorCatalogue[code].statusCode)
  })
})

describe('the topics', () => {
  test('that trigger functions are all defined', () => {
    const defined = topicDefinitions.map(topic => topic.name)

    expect(triggers.length).toBeGreaterThan(0)
    for (const { topic } of triggers) expect(defined).toContain(topic)
  })

  test('of the relay is the doorbell, with a partition for each shard, and an event may hold them all', () => {
    expect(triggers.filter(trigger => trigger.name === 'relayOutbox').map(trigger => trigger.topic)).toEqual([
      DOORBELL_TOPIC,
    ])
    expect(topicDefinitions.find(topic => topic.name === DOORBELL_TOPIC)?.partitions).toBe(SHARD_COUNT)
    expect(serverless.custom.kafkaEvents.partitionsPerEventMax).toBe(SHARD_COUNT)
  })

  test('keep events and dead letters for ever, and rings for minutes', () => {
    for (const { name, retentionMs } of topicDefinitions)
      expect([name, retentionMs]).toEqual([name, name === DOORBELL_TOPIC ? 600_000 : -1])
  })

  test('have each one definition, and nothing but events, doorbell and dead letters', () => {
    expect(topicDefinitions.map(topic => topic.name)).toEqual([
      ...eventTypes,
      ...settlementEventTypes,
      DOORBELL_TOPIC,
      DEAD_LETTER_TOPIC,
    ])
  })

  test.each([
    { path: 'docs/events.md', forEver: 'for ever', minutes: '10 minutes' },
    { path: 'docs/events.ko.md', forEver: '무기한', minutes: '10분' },
  ])('of $path have the partitions and the retention that we create', ({ path, forEver, minutes }) => {
    const [topics] = read(path).split('```')
    const [, ...rows] = tableRows(topics!).filter(([cell]) => cell !== '---')
    const written = rows.map(([topic, partitions, retention]) => [codeIn(topic), Number(partitions), retention])

    expect(written.sort()).toEqual(
      topicDefinitions
        .map(({ name, partitions, retentionMs }) => [name, partitions, retentionMs === -1 ? forEver : minutes])
        .sort(),
    )
  })

  test.each(['docs/deploy.md', 'docs/deploy.ko.md'])('may all be written by the login that %s asks for', path => {
    const [permissions] = read(path)
      .split('\n')
      .filter(line => line.includes(`\`${DOORBELL_TOPIC}\`, \`payment.*\``))
    const [written] = permissions!.split(';')
    const named = [...written!.matchAll(/`([a-z]+\.[a-z*]+)`/g)].map(([, name]) => name!)

    expect(sorted(named)).toEqual(sorted(new Set(topicDefinitions.map(({ name }) => familyOf(name)))))
  })

  test('are read from their beginning, by a group for each trigger that is named after its function', () => {
    for (const { handler, topic, consumerGroupId, startingPosition } of triggers) {
      const name = /^functions\/events\/(.+)\.handler$/.exec(handler)![1]
      expect([name, `${name}-${topic.split('.').at(-1)}`]).toContain(consumerGroupId)
      expect(startingPosition).toBe('TRIM_HORIZON')
    }
    const groups = triggers.map(({ consumerGroupId }) => consumerGroupId)
    expect(new Set(groups).size).toBe(groups.length)
  })

  test('and their groups are those whose progress the sweep notes', () => {
    const triggered = triggers.map(({ consumerGroupId, topic }) => `${consumerGroupId} ${topic}`)

    expect(sorted(consumerGroups.map(({ groupId, topic }) => `${groupId} ${topic}`))).toEqual(sorted(triggered))
  })
})

describe('the functions', () => {
  const files = readdirSync(fileURLToPath(new URL('../../functions', import.meta.url)), {
    recursive: true,
    encoding: 'utf8',
  })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map(name => `functions/${name.replaceAll('\\', '/')}`)
    // What those of the console are joined to when they are deployed.
    .filter(name => name !== 'functions/console.ts')

  test('of serverless.yml and the files are the same, one a file', () => {
    const deployed = functions.map(([, { handler }]) => handler.replace(/\.handler$/, '.ts'))

    expect(sorted(deployed)).toEqual(sorted(files))
  })

  test.each(functions)('%s is named as its file', (name, { handler }) => {
    const kebab = name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

    expect(handler.split('/').at(-1)).toBe(`${kebab}.handler`)
  })

  test.each(
    functions.flatMap(([, { handler, events }]) =>
      events.flatMap(({ httpApi }) => (httpApi && httpApi !== '*' ? [[httpApi, handler]] : [])),
    ),
  )('%s is what its handler says it answers', (route, handler) => {
    const [opening] = read(handler!.replace(/\.handler$/, '.ts')).split('*/')

    expect(opening).toContain(route)
  })

  test('end in order: the acquirer, the handler, the lease', () => {
    const { acquirerTimeoutMs, leaseMs } = configFrom({})

    expect(acquirerTimeoutMs).toBeLessThan(serverless.provider.timeout * 1_000)
    expect(serverless.provider.timeout * 1_000).toBeLessThan(leaseMs)
    for (const [, { timeout, events }] of functions)
      if (events.some(event => event.httpApi)) expect(timeout).toBeUndefined()
  })
})

describe('the settings', () => {
  /** `${env:NAME, 'default'}` */
  const defaultOf = (text: string, name: string) => /^\$\{env:(\w+), '(.*)'\}$/.exec(text)?.slice(1, 3) ?? [name, text]

  test('of deploy/stages/local.yml are ours by name, and its defaults are ours', () => {
    const entries = Object.entries(localEnvironment)
    const defaults = Object.fromEntries(entries.map(([name, text]) => [name, defaultOf(text, name)[1]!]))

    for (const [name, text] of entries) expect(defaultOf(text, name)[0]).toBe(name)
    expect(configFrom(defaults)).toEqual(configFrom({}))
  })

  test('of deploy/stages/local.yml are all read', () => {
    expect(Object.keys(localEnvironment).filter(name => !variableNames.includes(name))).toEqual([])
  })

  test('that are read all stand in docs/architecture.md', () => {
    // Set by serverless-offline, for nobody to choose.
    const chosen = variableNames.filter(name => name !== 'IS_OFFLINE')
    const documented = tableRows(read('docs/architecture.md')).flatMap(
      ([name = '']) => name.match(/[A-Z][A-Z_]+/g) ?? [],
    )

    expect(chosen.filter(name => !documented.includes(name))).toEqual([])
  })

  test('of docs/architecture.md have the defaults that deploy/stages/local.yml gives', () => {
    const documented = tableRows(read('docs/architecture.md'))
      .map(([name, value]) => [codeIn(name), codeIn(value)] as const)
      .filter(([name]) => name !== undefined && name in localEnvironment)

    expect(documented.length).toBeGreaterThan(5)
    // What has no default stands in neither.
    for (const [name, value = ''] of documented)
      expect([name, value]).toEqual([name, defaultOf(localEnvironment[name!]!, name!)[1]])
  })

  test('of .env.example are the addresses of docs/architecture.md, each as it stands there but for the port of a second API', () => {
    const documented = tableRows(read('docs/architecture.md')).flatMap(([name, value]) => {
      const [variable, given] = [codeIn(name), codeIn(value)]
      const isAddress = variable === 'API_PORT' || given?.includes('127.0.0.1') === true
      return variable !== undefined && given !== undefined && isAddress ? [[variable, given] as const] : []
    })
    const example = parseEnv(read('.env.example'))

    expect(documented.length).toBeGreaterThan(5)
    const ofSecondApi = documented.map(([name, value]) => [name, value.replace('8080', '8081')])
    expect(example).toEqual(Object.fromEntries(ofSecondApi))
    expect(configFrom(example).operatorOrigins).toContain(`http://127.0.0.1:${example.API_PORT}`)
  })
})

describe('the migrations', () => {
  const sql = (file: string): string => read(`migrations/${file}`).replaceAll(/^--.*$/gm, '')

  /** The width of a CHAR or VARCHAR. */
  function widthIn(file: string, column: string): number {
    const width = new RegExp(`^\\s*${column}\\s+(?:VAR)?CHAR\\((\\d+)\\)`, 'm').exec(sql(file))?.[1]
    if (width === undefined) throw new Error(`${file} has no text column ${column}`)
    return Number(width)
  }

  test('allow the amounts of the contract', () => {
    expect(sql('0002-payment.sql')).toContain(`CHECK (amount BETWEEN 1 AND ${AMOUNT_MAX})`)
  })

  test.each([
    { file: '0002-payment.sql', column: 'status', longest: [...paymentStatuses] },
    { file: '0003-payment-operation.sql', column: 'kind', longest: [...operationKinds] },
    { file: '0003-payment-operation.sql', column: 'state', longest: [...operationStates] },
    { file: '0004-ledger-entry.sql', column: 'entry_type', longest: [...entryTypes] },
    { file: '0005-outbox-event.sql', column: 'topic', longest: [...eventTypes, ...settlementEventTypes] },
    {
      file: '0004-ledger-entry.sql',
      column: 'credit_account',
      longest: [movement('capture', 'x'.repeat(32), 1, 'KRW').creditAccount],
    },
    {
      file: '0004-ledger-entry.sql',
      column: 'debit_account',
      longest: [movement('refund', 'x'.repeat(32), 1, 'KRW').debitAccount],
    },
  ])('have room in $column of $file for the longest word', ({ file, column, longest }) => {
    expect(widthIn(file, column)).toBeGreaterThanOrEqual(Math.max(...longest.map(word => word.length)))
  })

  test.each([
    { file: '0002-payment.sql', column: 'merchant_id', schema: merchantId },
    { file: '0003-payment-operation.sql', column: 'merchant_id', schema: merchantId },
    { file: '0006-idem-response-cache.sql', column: 'merchant_id', schema: merchantId },
    { file: '0003-payment-operation.sql', column: 'reason', schema: refundRequest.shape.reason },
  ])('$column of $file is exactly as wide as the contract allows', ({ file, column, schema }) => {
    const width = widthIn(file, column)

    expect(schema.safeParse('x'.repeat(width)).success).toBe(true)
    expect(schema.safeParse('x'.repeat(width + 1)).success).toBe(false)
  })

  test('make every idempotency_key exactly as wide as the contract allows', () => {
    const keys = /^ALTER TABLE (\w+)\s+MODIFY idempotency_key VARCHAR\((\d+)\)/gm
    const widths = [...sql('0007-longer-keys-operation-order.sql').matchAll(keys)].map(([, table, width]) => [
      table,
      Number(width),
    ])

    expect(widths.map(([table]) => table)).toEqual(['payment', 'payment_operation', 'idem_response_cache'])
    for (const [, width] of widths) {
      expect(idempotencyKey.safeParse('x'.repeat(Number(width))).success).toBe(true)
      expect(idempotencyKey.safeParse('x'.repeat(Number(width) + 1)).success).toBe(false)
    }
  })

  test('have room for every payment method', () => {
    const width = widthIn('0002-payment.sql', 'payment_method')

    expect(paymentMethod.safeParse('tok_'.padEnd(width + 1, 'x')).success).toBe(false)
  })

  test('have room for exactly one id', () => {
    const ids = createFakeIds()

    for (const [file, column, id] of [
      ['0002-payment.sql', 'payment_id', ids.payment()],
      ['0002-payment.sql', 'pending_operation_id', ids.operation()],
      ['0003-payment-operation.sql', 'operation_id', ids.operation()],
      ['0004-ledger-entry.sql', 'entry_id', ids.entry()],
      ['0004-ledger-entry.sql', 'event_id', ids.event()],
      ['0005-outbox-event.sql', 'event_id', ids.event()],
      ['0005-outbox-event.sql', 'message_key', ids.payment()],
      ['0006-idem-response-cache.sql', 'operation_id', ids.operation()],
    ] as const)
      expect([file, column, widthIn(file, column)]).toEqual([file, column, id.length])
  })

  test('compare merchants and keys byte for byte, wherever they stand', () => {
    const files = readdirSync(fileURLToPath(new URL('../../migrations', import.meta.url))).filter(name =>
      name.endsWith('.sql'),
    )
    const columns = files.flatMap(file => sql(file).match(/^\s*(?:merchant_id|idempotency_key)\s+VARCHAR.*$/gm) ?? [])

    expect(columns.length).toBeGreaterThanOrEqual(10)
    for (const column of columns) expect(column).toContain('CHARACTER SET ascii COLLATE ascii_bin')
  })

  test('say what, why, order and undo', () => {
    const files = readdirSync(fileURLToPath(new URL('../../migrations', import.meta.url))).filter(name =>
      name.endsWith('.sql'),
    )

    for (const file of files)
      expect(read(`migrations/${file}`)).toMatch(/^-- \d{4}: [\s\S]*^-- Why: [\s\S]*^-- Order: [\s\S]*^-- Undo: /m)
  })
})

describe('the invariants', () => {
  test.each([
    ['README.md', /checks (\d+) invariants/],
    ['README.ko.md', /불변식 (\d+)개/],
    ['CHANGELOG.md', /`npm run verify`: (\d+) invariants/],
    ['docs/glossary.md', /`npm run verify` checks (\d+)\./],
    ['docs/glossary.md', /`npm run verify`가 (\d+)개/],
    ['docs/console-invariants.md', /\| all (\d+) \|/],
  ])('are as many as %s says (%s)', (path, sentence) => {
    const [, count] = sentence.exec(read(path)) ?? []

    expect(Number(count)).toBe(everyInvariant.length)
  })

  test('that one payment can answer are as many as docs/console-invariants.md says', () => {
    const [, count] = /the (\d+) invariants that one payment/.exec(read('docs/console-invariants.md')) ?? []

    expect(Number(count)).toBe(needingOnePayment.length)
  })
})

describe('the decisions', () => {
  test('that the index names are there, and all that are there are named', () => {
    const folder = 'docs/decisions'
    if (!existsSync(fileURLToPath(new URL(`../../${folder}`, import.meta.url)))) throw new Error(`${folder} is gone`)
    const named = [...read(`${folder}/README.md`).matchAll(/^\| \[\d{4}\]\(([^)]+)\)/gm)].map(match => match[1]!)
    const files = readdirSync(fileURLToPath(new URL(`../../${folder}`, import.meta.url)))

    expect(named).toEqual(files.filter(name => name !== 'README.md').sort())
  })
})
