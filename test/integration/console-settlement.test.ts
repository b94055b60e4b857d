/** What operators decide in the console about payouts and breaks, over HTTP: once for each key, by one of two, with its audit row; and what is refused. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { RouteName } from '../../shared/contracts/routes.ts'
import type { ReconBreak } from '../../shared/reconciliation/ports.ts'
import type { Reply } from '../support/http.ts'
import { OpenApi } from '../support/openapi.ts'
import { ids } from '../support/rows.ts'
import { SettlementConsole } from '../support/settlement-console.ts'
import type { PlantedFile } from '../support/settlement-rows.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(120_000)

type Headers = Record<string, string>

let room: SettlementConsole
let viewer: Headers
let operator: Headers
let approver: Headers
let other: Headers
beforeAll(async () => {
  room = await SettlementConsole.start('console_settlement')
  await room.addOperator('view', 'viewer')
  await room.addOperator('kim', 'operator')
  await room.addOperator('lee', 'approver')
  await room.addOperator('park', 'approver')
  viewer = await room.headersOf('view')
  operator = await room.headersOf('kim')
  approver = await room.headersOf('lee')
  other = await room.headersOf('park')
})
afterAll(() => room?.stop())

const openApi = new OpenApi(JSON.parse(readFileSync(join(repositoryFolder, 'docs/openapi.json'), 'utf8')))

/** What comes back is what the document says. */
async function post(name: RouteName, path: string, body: object, headers: Headers): Promise<Reply> {
  const reply = await room.post(path, body, headers)
  expect([reply.status, openApi.bodyProblems(name, reply.status, 'application/json', reply.json)]).toEqual([
    ...[reply.status, []],
  ])
  return reply
}

const write = (more: object = {}) => ({ key: `console:${ids.event().slice(4)}`, reason: 'the usual run', ...more })
const told = ({ status, json }: Reply) => [status, json.code ?? json.state, json.details?.reason]

describe('a payout file', () => {
  let planted: PlantedFile
  beforeEach(async () => {
    planted = await room.plantFile(['shop', 'tea'])
  })
  const approve = (headers: Headers, body: object = write()) =>
    post('approvePayoutFile', `payout-files/${planted.file.fileId}/approve`, body, headers)

  const cancel = (headers: Headers, body: object = write()) =>
    post('cancelPayoutFile', `payout-files/${planted.file.fileId}/cancel`, body, headers)
  const cancelPayout = (payoutId: string, body: object = write()) =>
    post('cancelPayout', `payouts/${payoutId}/cancel`, body, operator)

  test('is approved once: the same key is told the same again, another key that it is approved', async () => {
    const body = write()
    const first = await approve(approver, body)
    const again = await approve(approver, body)

    expect(told(first)).toEqual([200, 'APPROVED', undefined])
    expect([again.status, again.replayed, again.json]).toEqual([200, true, first.json])
    expect(told(await approve(approver))).toEqual([409, 'PAYOUT_CONFLICT', 'state'])
    expect(told(await approve(other, body))).toEqual([422, 'DUPLICATE_REQUEST', 'different_request'])
    expect(await room.audited(planted.file.fileId)).toEqual([
      { actor: 'lee', action: 'payout-file.approved', reason: 'the usual run' },
    ])
    const { json } = await room.get(`payouts?fileId=${planted.file.fileId}`, viewer)
    expect(json.items.map(({ state }: { state: string }) => state)).toEqual(['APPROVED', 'APPROVED'])
  })

  test('is approved by one of two at once, and by one of two copies of a request', async () => {
    const both = await Promise.all([approve(approver), approve(other)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])

    planted = await room.plantFile(['shop'])
    const body = write()
    const copies = await Promise.all([approve(approver, body), approve(approver, body)])
    expect(copies.map(({ status, json }) => [status, json.state])).toEqual([
      [200, 'APPROVED'],
      [200, 'APPROVED'],
    ])
    expect(await room.audited(planted.file.fileId)).toHaveLength(1)
  })

  test('is neither approved by an operator nor canceled by a viewer, and nothing is written', async () => {
    expect(told(await approve(operator))).toEqual([403, 'FORBIDDEN', 'role'])
    expect(told(await approve(viewer))).toEqual([403, 'FORBIDDEN', 'role'])
    expect(told(await cancel(viewer))).toEqual([403, 'FORBIDDEN', 'role'])
    expect(await room.audited(planted.file.fileId)).toEqual([])
    const body = write()
    expect(told(await cancel(operator, body))).toEqual([200, 'CANCELED', undefined])
    expect(told(await cancel(operator, { ...body, reason: 'another' }))).toEqual([
      ...[422, 'DUPLICATE_REQUEST', 'different_request'],
    ])
    expect(told(await cancel(operator))).toEqual([409, 'PAYOUT_CONFLICT', 'state'])
  })

  test('goes without a payout that is canceled', async () => {
    const [payout] = planted.payouts
    const body = write()
    const canceled = await cancelPayout(payout!.payoutId, body)
    const file = await room.get(`payout-files/${planted.file.fileId}`, viewer)

    expect(told(canceled)).toEqual([200, 'CANCELED', undefined])
    expect(told(await cancelPayout(payout!.payoutId))).toEqual([409, 'PAYOUT_CONFLICT', 'state'])
    expect(told(await cancelPayout(payout!.payoutId, { ...body, reason: 'another' }))).toEqual([
      ...[422, 'DUPLICATE_REQUEST', 'different_request'],
    ])
    expect(file.json).toMatchObject({ state: 'PREPARED', payoutCount: 1, total: planted.payouts[1]!.amountMinor })
    expect(await room.audited(payout!.payoutId)).toEqual([
      { actor: 'kim', action: 'payout.canceled', reason: 'the usual run' },
    ])
  })
})

describe('a batch whose payouts all failed', () => {
  const retry = (batchId: string, headers: Headers, body: object = write()) =>
    post('retryBatch', `settlements/${batchId}/retry`, body, headers)
  const canRetry = async (batchId: string) => (await room.get(`settlements/${batchId}`, viewer)).json.canRetry

  test('is allowed one more by an approver, once; then it has an attempt left', async () => {
    const { batchId } = await room.plantUsedUpBatch('retried')
    expect(await canRetry(batchId)).toBe(true)
    expect(told(await retry(batchId, operator))).toEqual([403, 'FORBIDDEN', 'role'])
    const body = write()
    const first = await retry(batchId, approver, body)
    const again = await retry(batchId, approver, body)

    expect([first.status, first.json]).toMatchObject([200, { batchId, attempt: 6 }])
    expect([again.status, again.replayed, again.json]).toEqual([200, true, first.json])
    expect(told(await retry(batchId, approver))).toEqual([409, 'BATCH_CONFLICT', 'attempts_left'])
    expect(told(await retry(batchId, approver, { ...body, reason: 'another' }))).toEqual([
      ...[422, 'DUPLICATE_REQUEST', 'different_request'],
    ])
    expect(await canRetry(batchId)).toBe(false)
    expect(await room.audited(batchId)).toEqual([{ actor: 'lee', action: 'batch.retried', reason: 'the usual run' }])
  })

  test('is allowed one by one of two at once', async () => {
    const { batchId } = await room.plantUsedUpBatch('retried-twice')
    const both = await Promise.all([retry(batchId, approver), retry(batchId, other)])

    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(await room.audited(batchId)).toHaveLength(1)
  })

  test('is in the list of those that are used up until it has an attempt left', async () => {
    const { batchId, merchantId } = await room.plantUsedUpBatch('listed-as-used-up')
    await room.plantBatches(merchantId, [{}])
    const listed = async () => {
      const { status, json } = await room.get(`settlements?merchantId=${merchantId}&usedUp=true`, viewer)
      expect([status, openApi.bodyProblems('findBatches', status, 'application/json', json)]).toEqual([200, []])
      return json.items.map((item: { batchId: string }) => item.batchId)
    }
    expect(await listed()).toEqual([batchId])
    expect((await retry(batchId, approver)).status).toBe(200)
    expect(await listed()).toEqual([])
  })

  test('is the only one: a batch with a payout that lives gets none', async () => {
    const { batches } = await room.plantFile(['shop'])
    expect(told(await retry(batches[0]!.batchId, approver))).toEqual([409, 'BATCH_CONFLICT', 'living'])
  })
})

describe('the sums of a merchant by day', () => {
  const days = ['2026-11-19', '2026-11-20', '2026-11-21'] as const
  const sums = async (query: string) => {
    const { status, json } = await room.get(`settlement-days?merchantId=summed${query}`, viewer)
    expect([status, openApi.bodyProblems('sumBatchDays', status, 'application/json', json)]).toEqual([200, []])
    return json
  }
  beforeAll(async () => {
    await room.plantBatches('summed', [
      { periodEnd: days[0], dueOn: days[1], state: 'PAID', netMinor: 100, itemCount: 2 },
      { periodEnd: days[1], dueOn: days[2], netMinor: 20, itemCount: 3 },
      { periodEnd: days[1], dueOn: days[2], netMinor: -5 },
      { periodEnd: days[1], dueOn: days[2], netMinor: 7, currency: 'USD' },
    ])
  })

  test('are of the batches that the list has of the day, currency and state', async () => {
    const { items, earlierTo } = await sums('')
    expect(items).toMatchObject([
      { day: days[1], currency: 'KRW', batchCount: 2, itemCount: 4, net: '15', states: [{ state: 'CLOSED' }] },
      { day: days[1], currency: 'USD', batchCount: 1, itemCount: 1, net: '7' },
      { day: days[0], currency: 'KRW', batchCount: 1, itemCount: 2, net: '100', states: [{ state: 'PAID' }] },
    ])
    expect(earlierTo).toBeNull()
    for (const { day, currency, states } of items)
      for (const { state, batchCount } of states) {
        const query = `merchantId=summed&soldFrom=${day}&soldTo=${day}&currency=${currency}&state=${state}`
        const { json } = await room.get(`settlements?${query}`, viewer)
        expect(json.items).toHaveLength(batchCount)
      }
  })

  test('are by the day of payment, too, from a day and by a currency', async () => {
    const { items } = await sums(`&by=due&currency=KRW&from=${days[2]}`)
    expect(items).toMatchObject([{ day: days[2], net: '15' }])
  })
})

describe('a break', () => {
  let made: ReconBreak
  beforeEach(async () => {
    made = await room.plantBreak(1_000)
  })
  const names = { assign: 'assignBreak', note: 'noteBreak', propose: 'proposeForBreak', decide: 'decideBreak' } as const
  const act = (what: keyof typeof names, headers: Headers, body: object) =>
    post(names[what], `reconciliation/breaks/${made.breakId}/${what}`, write(body), headers)
  const proposed = (version: number) => ({ version, wanted: { kind: 'resolve', account: 'own_funds' } })
  const approval = (version: number) => ({ version, decision: 'approve' })

  test('is assigned, proposed and approved by two people, each step in the log', async () => {
    expect(told(await act('assign', operator, { version: 0, assignee: 'kim' }))).toEqual([200, 'ASSIGNED', undefined])
    expect(told(await act('propose', operator, proposed(1)))).toEqual([200, 'PROPOSED', undefined])
    expect(told(await act('decide', approver, approval(2)))).toEqual([200, 'RESOLVED', undefined])

    const { json } = await room.get(`reconciliation/breaks/${made.breakId}`, viewer)
    expect(json).toMatchObject({ remaining: 0, businessDays: null, assignee: 'kim', version: 3 })
    expect(json.actions.map(({ actor, action }: Record<string, string>) => `${actor} ${action}`)).toEqual([
      ...['kim assign', 'kim propose', 'lee approve'],
    ])
    const audited = await room.audited(made.breakId)
    expect(audited.map(({ actor }) => actor)).toEqual(['lee', 'kim', 'kim'])
  })

  test('has notes with who wrote them, in any state but closed', async () => {
    expect(told(await act('note', viewer, {}))).toEqual([403, 'FORBIDDEN', 'role'])
    await act('propose', operator, proposed(0))
    expect(told(await act('note', approver, { reason: 'the acquirer agrees' }))).toEqual([200, 'PROPOSED', undefined])

    const { json } = await room.get(`reconciliation/breaks/${made.breakId}`, viewer)
    expect(json.actions.at(-1)).toMatchObject({ actor: 'lee', action: 'note', reason: 'the acquirer agrees' })
    expect(await room.audited(made.breakId)).toHaveLength(2)
  })

  test('is not approved by who proposed it, by an operator, or by whom it changed under', async () => {
    await act('propose', approver, proposed(0))

    expect(told(await act('decide', approver, approval(1)))).toEqual([409, 'BREAK_CONFLICT', 'own_proposal'])
    expect(told(await act('decide', operator, approval(1)))).toEqual([403, 'FORBIDDEN', 'role'])
    expect(told(await act('propose', viewer, proposed(1)))).toEqual([403, 'FORBIDDEN', 'role'])
    expect(told(await act('decide', other, approval(0)))).toEqual([409, 'BREAK_CONFLICT', 'changed'])
    expect(await room.audited(made.breakId)).toHaveLength(1)
    expect(told(await act('decide', approver, { version: 1, decision: 'refuse' }))).toEqual([
      200,
      'ASSIGNED',
      undefined,
    ])
  })

  test('knows a key by its request, of each step', async () => {
    const steps = [
      ['assign', operator, { version: 0, assignee: 'kim' }],
      ['note', operator, {}],
      ['propose', operator, proposed(2)],
      ['decide', approver, approval(3)],
    ] as const
    for (const [what, headers, body] of steps) {
      const sent = write(body)
      await act(what, headers, sent)
      expect(told(await act(what, headers, { ...sent, reason: 'another' }))).toEqual([
        ...[422, 'DUPLICATE_REQUEST', 'different_request'],
      ])
    }
    expect(told(await act('assign', operator, { version: 4, assignee: 'kim' }))).toEqual([
      409,
      'BREAK_CONFLICT',
      'closed',
    ])
    expect(told(await act('note', operator, {}))).toEqual([409, 'BREAK_CONFLICT', 'closed'])
    expect(told(await act('propose', operator, proposed(4)))).toEqual([409, 'BREAK_CONFLICT', 'closed'])
  })

  test('is booked once by two approvers at once', async () => {
    await act('propose', operator, proposed(0))
    const both = await Promise.all([act('decide', approver, approval(1)), act('decide', other, approval(1))])

    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const entries = await room.scratch.direct.count('SELECT COUNT(*) FROM ledger_entry WHERE subject_id = ?', [
      made.breakId,
    ])
    expect(entries).toBe(2)
  })

  test('is found by state and by who works on it, with its age; the sums are what is open', async () => {
    await act('assign', operator, { version: 0, assignee: 'park' })
    const { json } = await room.get('reconciliation/breaks?state=ASSIGNED&assignee=park', viewer)
    expect(json.items).toMatchObject([{ breakId: made.breakId, age: '>20', escalation: 'finance' }])

    const overview = (await room.get('reconciliation', viewer)).json
    const open = overview.open.find((row: { currency: string }) => row.currency === 'KRW')
    expect(overview.suspense).toEqual([{ currency: 'KRW', balance: open.remaining }])
  })
})
