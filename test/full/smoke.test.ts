/** `npm run smoke` passes against the running system, and fails when an answer, an entry or an event is not as it should be. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals'
import type { SmokeResult } from '../../scripts/operate/smoke/report.ts'
import { inheritedEnv, NOWHERE, startExtraApi } from '../support/extra-api.ts'
import { Reply, send } from '../support/http.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const { apiUrl } = systemUnderTest()
const folder = mkdtempSync(join(tmpdir(), 'smoke-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const STEPS = [
  ...['ready', 'authorize', 'decline', 'capture', 'fee', 'refund', 'replay', 'key', 'events', 'books'],
  ...['order', 'part', 'conflict', 'rest', 'part fees', 'part refunds', 'void', 'one call'],
]

interface Ended {
  code: number
  printed: string
}

/** Runs the tool as a person would. */
const smoke = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  promisify(execFile)(process.execPath, ['scripts/smoke.ts', ...args], {
    cwd: repositoryFolder,
    env: { ...inheritedEnv(), ...env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, printed: stdout + stderr }),
    error => ({ code: error.code, printed: error.stdout + error.stderr }),
  )

describe('against the running system', () => {
  test('its JSON is alone on stdout when no file is named', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/smoke.ts', '--json'], {
      cwd: repositoryFolder,
      env: inheritedEnv(),
    })
    expect(JSON.parse(stdout)).toMatchObject({ apiUrl })
  })

  test('it passes, and says each step with its time', async () => {
    const { code, printed } = await smoke([])
    expect({ code, printed }).toMatchObject({
      code: 0,
      printed: expect.stringContaining(`${STEPS.length} steps at ${apiUrl}`),
    })
    for (const name of STEPS) expect(printed).toMatch(new RegExp(`^ {2}✓ ${name} .* \\d+(\\.\\d)? m?s$`, 'm'))
  })

  test('an address is enough: it needs no run file', async () => {
    const json = join(folder, 'passed.json')
    const { code } = await smoke(['--api', apiUrl, '--json', json], { PAY_RUN_FILE: undefined })
    const { steps }: SmokeResult = JSON.parse(readFileSync(json, 'utf8'))
    expect({ code, outcomes: new Set(steps.map(step => step.outcome)) }).toEqual({
      code: 0,
      outcomes: new Set(['passed']),
    })
  })
})

type Alter = (path: string, reply: Reply, times: number) => Reply

let proxy: Server | undefined
afterEach(() => {
  proxy?.closeAllConnections()
  proxy?.close()
})

/** The API with a fault: passes everything on and alters an answer; `times` counts the calls of the same method and path, without its query. */
async function startProxy(alter: Alter): Promise<string> {
  const seen = new Map<string, number>()
  proxy = createServer(async (request, response) => {
    const path = `${request.method} ${request.url}`.replace(/pay_\w+/, '{id}').replace(/\?.*/, '')
    const times = (seen.get(path) ?? 0) + 1
    seen.set(path, times)
    const body = Buffer.concat(await request.toArray())
    const { 'content-type': contentType, 'idempotency-key': key } = request.headers
    const headers = { ...(contentType && { 'content-type': contentType }), ...(key && { 'idempotency-key': `${key}` }) }
    const sent = { method: request.method, path: request.url ?? '/', headers, body: body.length ? body : undefined }
    const { status, headers: answered, bytes } = alter(path, await send(apiUrl, sent), times)
    const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...kept } = answered
    response.writeHead(status, kept).end(bytes)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
}

// biome-ignore lint/suspicious/noExplicitAny: a fault may be anything.
type Change = (body: any) => void

function changed(reply: Reply, change: Change): Reply {
  const body = reply.json
  change(body)
  return new Reply(reply.status, reply.headers, Buffer.from(JSON.stringify(body)))
}

/** Alters one route's answers, from its `from`-th call on. */
const on =
  (route: string, change: (reply: Reply) => Reply, from = 1): Alter =>
  (path, reply, times) =>
    path === route && times >= from ? change(reply) : reply

const AUTHORIZE = 'POST /payments/authorize'
const CAPTURE = 'POST /payments/capture/{id}'
const REFUND = 'POST /payments/refund/{id}'
const VOID = 'POST /payments/void/{id}'
const PAYMENT = 'GET /payments/{id}'
const OPERATIONS = 'GET /payments/{id}/operations'
const withoutHeader = (reply: Reply, name: string) => {
  const { [name]: _, ...headers } = reply.headers
  return new Reply(reply.status, headers, reply.bytes)
}
/** Both the header of a capture and what its key says. */
const endingAt =
  (time: string): Alter =>
  (path, reply) => {
    if (path === CAPTURE) return new Reply(reply.status, { ...reply.headers, 'idempotency-expires': time }, reply.bytes)
    return path === 'GET /idempotency' ? changed(reply, body => (body.expiresAt = time)) : reply
  }
const withFeesOf75: Change = body => {
  for (const entry of body.ledgerEntries) if (entry.type === 'fee' && entry.amount === 76) entry.amount = 75
}
const entryOf = (body: { ledgerEntries: { type: string; amount: number }[] }, type: string) =>
  body.ledgerEntries.find(entry => entry.type === type)

describe('it fails, names the step and shows what it saw', () => {
  test.each<[string, string, RegExp, Alter]>([
    [
      'a dependency is away',
      'ready',
      /not ready after 1000 ms; seen: HTTP 200 .*degraded/,
      on('GET /health/ready', reply => changed(reply, body => (body.status = 'degraded'))),
    ],
    [
      'an authorization answers another amount',
      'authorize',
      /amount should be 1550000; seen: 1549999/,
      on(AUTHORIZE, reply => changed(reply, body => body.amount--)),
    ],
    [
      'a declined card is taken',
      'decline',
      /expected HTTP 402; seen: HTTP 201/,
      on(AUTHORIZE, reply => (reply.status === 402 ? new Reply(201, reply.headers, reply.bytes) : reply)),
    ],
    [
      'a capture leaves the payment authorized',
      'capture',
      /status should be "COMPLETED"; seen: "AUTHORIZED"/,
      on(CAPTURE, reply => changed(reply, body => (body.status = 'AUTHORIZED'))),
    ],
    [
      'a capture is booked the wrong way round',
      'capture',
      /ledgerEntries should be .*; seen: .*merchant_payable:\S+ → acquirer_receivable/,
      on(CAPTURE, reply =>
        changed(reply, ({ ledgerEntries: [entry] }) => {
          Object.assign(entry, { debitAccount: entry.creditAccount, creditAccount: entry.debitAccount })
        }),
      ),
    ],
    [
      'the event never comes back through Kafka',
      'fee',
      /the fee entry, which the ledger consumer writes did not come; seen: \["capture /,
      on(PAYMENT, reply =>
        changed(
          reply,
          body => (body.ledgerEntries = body.ledgerEntries.filter((it: { type: string }) => it.type !== 'fee')),
        ),
      ),
    ],
    [
      'the fee is one too high',
      'fee',
      /38750 KRW"\]; seen: .*38751 KRW/,
      on(PAYMENT, reply => changed(reply, body => entryOf(body, 'fee') && entryOf(body, 'fee')!.amount++)),
    ],
    [
      'a refund gives back too little',
      'refund',
      /refundedAmount should be 1550000; seen: 1/,
      on(REFUND, reply => changed(reply, body => (body.refundedAmount = 1))),
    ],
    [
      'a replay is a byte longer',
      'replay',
      /the replay differs from the first answer/,
      on(CAPTURE, reply => new Reply(reply.status, reply.headers, Buffer.concat([reply.bytes, Buffer.from(' ')])), 2),
    ],
    [
      'a replay does not say that it is one',
      'replay',
      /Idempotent-Replayed should be true; seen: null/,
      on(REFUND, reply => withoutHeader(reply, 'idempotent-replayed'), 2),
    ],
    [
      'an event is never published',
      'events',
      /the publication of every event did not come; seen: .*"payment\.refunded","publishedAt":null/,
      on(PAYMENT, reply => changed(reply, body => (body.events.at(-1).publishedAt = null))),
    ],
    [
      'an operation is still open',
      'books',
      /refund SUCCEEDED 1550000.*seen: .*refund PENDING 1550000/,
      on(OPERATIONS, reply => changed(reply, body => (body.operations[2].state = 'PENDING'))),
    ],
    [
      'a key is not remembered',
      'key',
      /state should be "finished"; seen: "in_progress"/,
      on('GET /idempotency', reply => changed(reply, body => (body.state = 'in_progress'))),
    ],
    [
      'an answer does not say until when it is kept',
      'key',
      /expiresAt should be null; seen: "2/,
      on(CAPTURE, reply => withoutHeader(reply, 'idempotency-expires')),
    ],
    [
      'an answer is kept no moment longer',
      'key',
      /Idempotency-Expires should be a time after \S+; seen: 2000-/,
      endingAt('2000-01-01T00:00:00.000Z'),
    ],
    [
      'an order is not kept',
      'order',
      /orderId should be "order-.*; seen: null/,
      on(AUTHORIZE, reply => changed(reply, body => (body.orderId = null)), 4),
    ],
    [
      'an order is not found',
      'order',
      /paymentIds should be \["pay_\w+"\]; seen: \[\]/,
      on('GET /payments', reply => changed(reply, body => (body.items = []))),
    ],
    [
      'a capture of a part takes all',
      'part',
      /status should be "PARTIALLY_CAPTURED"; seen: "COMPLETED"\ncapturedAmount should be 3016; seen: 6032/,
      on(
        CAPTURE,
        reply => changed(reply, body => Object.assign(body, { status: 'COMPLETED', capturedAmount: 6032 })),
        3,
      ),
    ],
    [
      'a conflict does not say what remains',
      'conflict',
      /remaining should be 3016; seen: undefined/,
      on(CAPTURE, reply => changed(reply, body => delete body.details.remaining), 4),
    ],
    [
      'a capture of too much is done',
      'conflict',
      /expected HTTP 409; seen: HTTP 200/,
      on(CAPTURE, reply => new Reply(200, reply.headers, reply.bytes), 4),
    ],
    [
      'a capture of the rest leaves some',
      'rest',
      /capturableAmount should be 0; seen: 1/,
      on(CAPTURE, reply => changed(reply, body => (body.capturableAmount = 1)), 5),
    ],
    [
      'each part has the fee of its own, rounded by itself',
      'part fees',
      /"fee \S+ → fee_revenue 75 KRW","fee \S+ → fee_revenue 76 KRW"\]; seen: .* 75 KRW","fee \S+ → fee_revenue 75 KRW"\]/,
      on(PAYMENT, reply => changed(reply, withFeesOf75)),
    ],
    [
      'a refund of a part gives back all',
      'part refunds',
      /status should be "PARTIALLY_REFUNDED"; seen: "REFUNDED"/,
      on(REFUND, reply => changed(reply, body => (body.status = 'REFUNDED')), 3),
    ],
    [
      'the rest of a refund is booked as nothing',
      'part refunds',
      /"refund \S+ → acquirer_receivable 5032 KRW"\]; seen: .*"refund \S+ → acquirer_receivable 1000 KRW"\]/,
      on(REFUND, reply => changed(reply, body => body.ledgerEntries.pop()), 4),
    ],
    [
      'a void leaves money held',
      'void',
      /capturableAmount should be 0; seen: 6032/,
      on(VOID, reply => changed(reply, body => (body.capturableAmount = 6032))),
    ],
    [
      'a void is no operation',
      'void',
      /"void SUCCEEDED 6032"\]; seen: \["authorize SUCCEEDED 6032"\]/,
      on(OPERATIONS, reply => changed(reply, body => body.operations.pop()), 2),
    ],
    [
      'one call for both only authorizes',
      'one call',
      /status should be "COMPLETED"; seen: "AUTHORIZED"/,
      on(AUTHORIZE, reply => changed(reply, body => (body.status = 'AUTHORIZED')), 6),
    ],
    [
      'one call for both is one operation',
      'one call',
      /"capture SUCCEEDED 6032"\]; seen: \["authorize SUCCEEDED 6032"\]/,
      on(OPERATIONS, reply => changed(reply, body => body.operations.pop()), 3),
    ],
  ])('when %s', async (_, step, message, alter) => {
    const json = join(folder, 'failed.json')
    const junit = join(folder, 'failed.xml')
    const args = ['--api', await startProxy(alter), '--deadline', '1', '--json', json, '--junit', junit]
    const { code, printed } = await smoke(args)
    expect({ code, printed }).toMatchObject({
      code: 1,
      printed: expect.stringMatching(new RegExp(`^smoke: failed at "${step}" `, 'm')),
    })
    expect(printed).toMatch(message)

    const { steps }: SmokeResult = JSON.parse(readFileSync(json, 'utf8'))
    const at = steps.findIndex(({ name }) => name === step)
    expect(steps.map(({ outcome }) => outcome)).toEqual(
      steps.map((_, index) => (index < at ? 'passed' : index === at ? 'failed' : 'skipped')),
    )
    expect(readFileSync(junit, 'utf8')).toContain('failures="1"')
  })

  test('when an API has no Kafka: nobody would book the fee', async () => {
    const alone = await startExtraApi({ name: 'smoke-alone' })
    try {
      const { code, printed } = await smoke(['--api', alone.api.url, '--deadline', '2'])
      expect({ code, printed }).toMatchObject({
        code: 1,
        printed: expect.stringMatching(/not ready after 2000 ms; seen: HTTP 200 .*"kafka":"down"/),
      })
    } finally {
      await alone.stop()
    }
  })

  test('when the API wants signed requests, as a deployed one: at once, and it says so', async () => {
    const url = await startProxy((_, reply) => new Reply(403, reply.headers, Buffer.from('{"message":"Forbidden"}')))
    const startMs = performance.now()
    const { code, printed } = await smoke(['--api', url, '--deadline', '60'])
    expect({ code, printed }).toMatchObject({
      code: 1,
      printed: expect.stringMatching(/smoke signs no request \(.*aws_iam.*seen: HTTP 403 .*Forbidden/),
    })
    expect(performance.now() - startMs).toBeLessThan(30_000)
  })

  test('when nothing answers: it says what starts a system', async () => {
    const { code, printed } = await smoke(['--api', `http://${NOWHERE}`, '--deadline', '1'])
    expect({ code, printed }).toMatchObject({
      code: 1,
      printed: expect.stringMatching(/nothing answers at http:.*\n.*fix: `npm start`.*--api names another one/),
    })
  })
})

test.each([
  [['--deadline', 'soon'], 'It wants seconds'],
  [['--api', '127.0.0.1:8080'], 'is no address of an API'],
  [['--run-file', '/nowhere/run.json'], 'there is no /nowhere/run.json'],
  [['--fast'], '--fast'],
])('%j is refused with a word on why', async (args, word) => {
  const { code, printed } = await smoke(args)
  expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringContaining('npm run smoke') })
  expect(printed).toContain(word)
})
