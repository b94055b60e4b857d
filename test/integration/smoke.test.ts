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
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringContaining(`9 steps at ${apiUrl}`) })
    for (const name of ['ready', 'authorize', 'decline', 'capture', 'fee', 'refund', 'replay', 'events', 'books'])
      expect(printed).toMatch(new RegExp(`^ {2}✓ ${name} .* \\d+(\\.\\d)? m?s$`, 'm'))
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

/** The API with a fault: passes everything on and alters an answer; `times` counts the calls of the same method and path. */
async function startProxy(alter: Alter): Promise<string> {
  const seen = new Map<string, number>()
  proxy = createServer(async (request, response) => {
    const path = `${request.method} ${request.url}`.replace(/pay_\w+/, '{id}')
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
const PAYMENT = 'GET /payments/{id}'
const withoutHeader = (reply: Reply, name: string) => {
  const { [name]: _, ...headers } = reply.headers
  return new Reply(reply.status, headers, reply.bytes)
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
      on('GET /payments/{id}/operations', reply => changed(reply, body => (body.operations[2].state = 'PENDING'))),
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
