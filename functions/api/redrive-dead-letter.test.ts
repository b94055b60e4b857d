/** POST …/redrive and …/skip: what each does, and who may. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/redrive-dead-letter.ts'
import { FakeAuditLog, FakeConsoleActions } from '../../shared/payments/fake-console-actions.ts'
import { ask, createConsole } from '../../test/unit/console-fakes.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { letterAt } from '../../test/unit/letters.ts'
import { createHandler as createRedrive } from './redrive-dead-letter.ts'
import { createHandler as createSkip } from './skip-dead-letter.ts'

const KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
const body = { key: KEY, reason: 'mended', state: 'WAITING' }

async function signedIn(role: 'operator' | 'viewer' = 'operator') {
  const { ports: ofConsole, signIn } = createConsole()
  const { transactions, deadLetterRows, letterSender } = createHandlerPorts()
  const auditLog = new FakeAuditLog(transactions)
  const headers = await signIn(role)
  const own = {
    transactions,
    deadLetterRows,
    letterSender,
    auditLog,
    consoleActions: new FakeConsoleActions(transactions),
  }
  const ports = { ...ofConsole, ...own }
  await transactions.run('', tx => deadLetterRows.put(tx, letterAt(7)))
  const send =
    (createHandler: typeof createRedrive, action: string) =>
    (sent: unknown = body, given: Record<string, string> = headers, offset = '7') =>
      ask(createHandler(ports) as never, {
        route: `POST /operator/dead-letters/{partition}/{offset}/${action}`,
        pathParameters: { partition: '0', offset },
        body: sent,
        headers: { 'content-type': 'application/json', ...given },
      })
  return { ports, headers, redrive: send(createRedrive, 'redrive'), skip: send(createSkip, 'skip') }
}

describe('POST /operator/dead-letters/{partition}/{offset}/redrive', () => {
  test('200 with the letter; a repeat gets the same answer, and says so', async () => {
    const { ports, redrive } = await signedIn()
    const [first, again] = [await redrive(), await redrive()]

    expect(contract.answers[200].parse(jsonOf(first))).toMatchObject({ state: 'REDRIVEN', handled: { by: 'lee' } })
    expect([again.statusCode, again.body, again.headers['idempotent-replayed']]).toEqual([200, first.body, 'true'])
    expect(first.headers).not.toHaveProperty('idempotent-replayed')
    expect(ports.letterSender.sent).toHaveLength(1)
  })

  test('409 in another state, 422 for another request with the key, 404 for no letter', async () => {
    const { redrive, skip, headers } = await signedIn()
    await skip()

    expect(jsonOf(await redrive({ ...body, key: KEY.replace(/.$/, '0') }))).toMatchObject({
      ...{ code: 'DEAD_LETTER_CONFLICT', details: { reason: 'state', state: 'PUT_ASIDE' } },
    })
    expect(jsonOf(await skip({ ...body, reason: 'other' })).details).toMatchObject({ reason: 'different_request' })
    expect((await redrive({ ...body, key: KEY.replace(/.$/, '1') }, headers, '8')).statusCode).toBe(404)
  })

  test.each([
    [{ ...body, key: 'x' }],
    [{ ...body, reason: ' ' }],
    [{ ...body, state: 'LOST' }],
    [{ key: KEY, reason: 'x' }],
    ['{'],
  ])('400 for %j', async sent => {
    const { redrive } = await signedIn()
    expect((await redrive(sent)).statusCode).toBe(400)
  })

  test('503 while Kafka is away, and the letter waits', async () => {
    const { ports, redrive } = await signedIn()
    ports.letterSender.away = true

    expect((await redrive()).statusCode).toBe(503)
    expect((await ports.deadLetterRows.find({ partition: 0, offset: 7 }))?.state).toBe('WAITING')
  })

  test('401 when nobody is signed in, 403 for a viewer and for what is not from the console', async () => {
    const { redrive, headers, ports } = await signedIn()
    expect((await redrive(body, {})).statusCode).toBe(401)
    expect((await redrive(body, { ...headers, origin: 'https://evil.example' })).statusCode).toBe(403)
    const viewer = await signedIn('viewer')
    expect(jsonOf(await viewer.redrive()).details).toEqual({ reason: 'role', needed: 'operator' })
    expect([ports, viewer.ports].flatMap(({ letterSender }) => letterSender.notes)).toEqual([])
  })
})

describe('POST /operator/dead-letters/{partition}/{offset}/skip', () => {
  test('200 with the letter put aside, and nothing is sent', async () => {
    const { ports, skip } = await signedIn()

    expect(jsonOf(await skip())).toMatchObject({ state: 'PUT_ASIDE', handled: { by: 'lee', reason: 'mended' } })
    expect([ports.letterSender.sent, ports.letterSender.notes.length]).toEqual([[], 1])
    expect(ports.auditLog.entries).toMatchObject([{ actor: 'lee', action: 'dead-letter.put-aside' }])
  })
})
