/**
 * Approvals on a deployed console, by people whom a token names: only those whom the database knows as approvers may, and whatever all
 * others do under the name of their token holds by the invariants. In a database of its own.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import mysql from 'mysql2/promise'
import { STANDARD_TERMS } from '../../scripts/operate/verify/settle.ts'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import type { RouteName } from '../../shared/contracts/routes.ts'
import { claimOf } from '../../shared/http/claim.ts'
import { GRACE_MS } from '../../shared/invariants/invariant.ts'
import { type InvariantResult, judge } from '../../shared/invariants/judge.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller } from '../../shared/payments/fakes.ts'
import type { ReconBreak } from '../../shared/reconciliation/ports.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { until } from '../../shared/runtime/until.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { addOperator, disableOperator, type OperatorChange } from '../../shared/settlement/operators.ts'
import { launchBrowser } from '../e2e/shop-driver.ts'
import { type Reply, send } from '../support/http.ts'
import { type IssuerConsole, startIssuerConsole } from '../support/issuer/issuer-console.ts'
import { OpenApi } from '../support/openapi.ts'
import { newOperatorKey } from '../support/operators.ts'
import { apiEnvOf, type PlantedFile, SettlementRows } from '../support/settlement-rows.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(90_000)

let rows: SettlementRows
let deployed: IssuerConsole
/** The token of an approver of the database. */
let root: { token: string }
let planted: PlantedFile
let made: ReconBreak
beforeAll(async () => {
  rows = await SettlementRows.create('console_approvers')
  deployed = await startIssuerConsole({
    name: 'approvers',
    accounts: { stranger: { groups: ['approver'] } },
    env: apiEnvOf(rows.scratch),
  })
  root = { token: tokenIn(await add('root', 'approver')) }
})
afterAll(async () => {
  await deployed?.stop()
  await rows?.drop()
})
beforeEach(async () => {
  planted = await rows.plantFile(['shop', 'tea'])
  made = await rows.plantBreak(1_000, { subject: planted.payouts[1]!.payoutId })
})

const reason = 'asked for'
const add = (name: string, role: OperatorRole) =>
  addOperator(rows.ports, root ?? { databaseLogin: 'pay' }, { name, role, reason })
const disable = (name: string) => disableOperator(rows.ports, root, { name, reason })

function tokenIn(change: OperatorChange): string {
  if (change.kind === 'changed' && change.token !== undefined) return change.token
  throw new Error(JSON.stringify(change))
}

const openApi = new OpenApi(JSON.parse(readFileSync(join(repositoryFolder, 'docs/openapi.json'), 'utf8')))

interface Person {
  name: string
  role: OperatorRole
}
const write = (more: object = {}) => ({ key: newOperatorKey(), reason, ...more })

/** Sent with a token of the issuer. What comes back is what the document says. */
async function post({ name, role }: Person, route: RouteName, path: string, body: object = write()): Promise<Reply> {
  const claims = { client_id: deployed.clientId, username: name, 'cognito:groups': [role] }
  const headers = { authorization: `Bearer ${await deployed.issuer.token(claims)}` }
  const reply = await send(deployed.apiUrl, { method: 'POST', path: `/operator/${path}`, headers, body })
  expect([reply.status, openApi.bodyProblems(route, reply.status, 'application/json', reply.json)]).toEqual([
    ...[reply.status, []],
  ])
  return reply
}
const told = ({ status, json }: Reply) => [status, json.code ?? json.state ?? json.status, json.details?.reason]

const approve = (by: Person, body?: object) =>
  post(by, 'approvePayoutFile', `payout-files/${planted.file.fileId}/approve`, body)
const onBreak = (by: Person, what: 'assign' | 'propose' | 'decide', body: object) =>
  post(
    by,
    ({ assign: 'assignBreak', propose: 'proposeForBreak', decide: 'decideBreak' } as const)[what],
    `reconciliation/breaks/${made.breakId}/${what}`,
    write(body),
  )
const proposal = { version: 0, wanted: { kind: 'resolve', account: 'own_funds' } }

const approver = (name: string): Person => ({ name, role: 'approver' })
/** Whom no table names. */
const guest: Person = { name: 'guest@pay.example', role: 'operator' }
const UNKNOWN = [403, 'FORBIDDEN', 'unknown_approver']

/** Of all that concern who did what. */
async function auditResults(): Promise<InvariantResult[]> {
  const nowMs = Date.now()
  const clock = { nowMs, virtualNowMs: nowMs, graceMs: GRACE_MS, settlementDefaults: STANDARD_TERMS }
  const { results } = await rows.ports.snapshots.read(database => judge(database, clock))
  const byBreak = ['break-steps', 'break-approved-by-another', 'break-audited']
  return results.filter(({ name, group }) => group === 'Audit log' || byBreak.includes(name))
}
const failures = async () => (await auditResults()).filter(({ ok }) => !ok).map(({ name, rows }) => ({ name, rows }))
const checked = async (name: string) => (await auditResults()).find(result => result.name === name)!.checked

const stateOf = async () => {
  const { direct } = rows.scratch
  const { fileId } = planted.file
  return {
    files: await direct.rows('SELECT state, approved_by FROM payout_file WHERE file_id = ?', [fileId]),
    breaks: await direct.rows('SELECT state, version FROM recon_break WHERE break_id = ?', [made.breakId]),
    actions: await direct.count('SELECT COUNT(*) FROM console_action'),
    entries: await direct.count('SELECT COUNT(*) FROM audit_log'),
  }
}

describe('an approver whom only a token knows', () => {
  test('approves and decides nothing, and nothing is written', async () => {
    expect(told(await onBreak(guest, 'propose', proposal))).toEqual([200, 'PROPOSED', undefined])
    const before = await stateOf()

    const refused = await approve(approver('stranger'))
    expect(told(refused)).toEqual(UNKNOWN)
    expect(refused.json.details.name).toBe('stranger')
    expect(refused.json.message).toContain('npm run operators -- add NAME --role approver')
    for (const decision of ['approve', 'refuse'])
      expect(told(await onBreak(approver('stranger'), 'decide', { version: 1, decision }))).toEqual(UNKNOWN)
    expect(told(await approve(approver('ROOT')))).toEqual(UNKNOWN)
    expect(await stateOf()).toEqual(before)
  })

  test('does once the name is added, with the key that was refused, and may not any more once it is disabled', async () => {
    const body = write()
    expect(told(await approve(approver('kim'), body))).toEqual(UNKNOWN)

    tokenIn(await add('kim', 'approver'))
    expect(told(await approve(approver('kim'), body))).toEqual([200, 'APPROVED', undefined])
    expect(await rows.audited(planted.file.fileId)).toEqual([{ actor: 'kim', action: 'payout-file.approved', reason }])

    await disable('kim')
    planted = await rows.plantFile(['shop'])
    expect(told(await approve(approver('kim')))).toEqual(UNKNOWN)
    expect(await failures()).toEqual([])
    expect(await checked('audit-approvals')).toBeGreaterThan(0)
  })

  test('is not one either when the database has the name as an operator', async () => {
    tokenIn(await add('lee', 'operator'))

    expect(told(await approve(approver('lee')))).toEqual(UNKNOWN)
  })

  test('reads in the page what to do, and is done with it after that', async () => {
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage({ locale: 'ko-KR' })
      await page.goto(`${deployed.url}/console/settlement/files/${planted.file.fileId}`)
      await page.getByRole('button', { name: '로그인', exact: true }).click()
      await page.getByRole('link', { name: 'stranger', exact: true }).click()
      await page.getByRole('button', { name: '승인', exact: true }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox', { name: '사유' }).fill(reason)
      await dialog.locator('button[type="submit"]').click()
      await page.locator('[data-write="refused"]').waitFor()
      const alert = await dialog.getByRole('alert').textContent()
      expect(alert).toContain('활성 승인자 stranger이(가) 없습니다')
      expect(alert).toContain('npm run operators -- add NAME --role approver')

      tokenIn(await add('stranger', 'approver'))
      await dialog.locator('button[type="submit"]').click()
      await page.locator('[data-write="done"]').waitFor()
      expect(await rows.audited(planted.file.fileId)).toMatchObject([{ actor: 'stranger' }])
    } finally {
      await browser.close()
    }
  })
})

test('an approver who is disabled between the look-up and the entry has approved, and the invariants agree', async () => {
  tokenIn(await add('park', 'approver'))
  const holder = await mysql.createConnection({ uri: rows.scratch.url })
  try {
    await holder.query('START TRANSACTION')
    await holder.query('SELECT file_id FROM payout_file WHERE file_id = ? FOR UPDATE', [planted.file.fileId])
    const approving = approve(approver('park'))
    await until(async () => (await waitingForFile()) > 0, { what: 'an approval that waits for the file' })
    await disable('park')
    await holder.query('ROLLBACK')

    expect(told(await approving)).toEqual([200, 'APPROVED', undefined])
  } finally {
    await holder.end()
  }
  const [order] = await rows.scratch.direct.rows(
    `SELECT a.at >= o.disabled_at AS isLater FROM audit_log a JOIN operator o ON o.name = a.actor
     WHERE a.action = 'payout-file.approved' AND a.subject = ?`,
    [planted.file.fileId],
  )
  expect([order, await failures()]).toEqual([{ isLater: 1 }, []])
})

const waitingForFile = () =>
  rows.scratch.direct.count(
    `SELECT COUNT(*) FROM information_schema.processlist
     WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE '%payout_file %FOR UPDATE%'`,
  )

describe('an operator whom only a token knows', () => {
  /** Captured. Its id. */
  const captured = async (): Promise<string> => {
    const ports = new Ports(() => configFrom({ ...apiEnvOf(rows.scratch), LOG_LEVEL: 'silent' }))
    try {
      const request = authorizeRequestOf({ capture: true })
      const asked = { key: 'captured', operation: 'authorize', route: 'POST /payments/authorize' }
      const outcome = await authorizePayment(ports, request, claimOf({ ...asked, body: request }), caller)
      if (outcome.kind !== 'answered') throw new Error(outcome.kind)
      return JSON.parse(outcome.answer.body).paymentId
    } finally {
      await ports.database.close()
    }
  }

  test('acts, and all of it holds', async () => {
    tokenIn(await add('choi', 'approver'))
    const paymentId = await captured()
    const { file, payouts } = planted

    const done = [
      await post(guest, 'operatorRefund', `payments/${paymentId}/refund`),
      await post(guest, 'cancelPayout', `payouts/${payouts[0]!.payoutId}/cancel`),
      await post(guest, 'cancelPayoutFile', `payout-files/${file.fileId}/cancel`),
      await onBreak(guest, 'assign', { version: 0, assignee: guest.name }),
      await onBreak(guest, 'assign', { version: 0, assignee: 'choi' }),
      await onBreak(guest, 'propose', { ...proposal, version: 1 }),
      await onBreak(approver('choi'), 'decide', { version: 2, decision: 'approve' }),
    ]

    expect(done.map(told)).toEqual([
      [200, 'REFUNDED', undefined],
      [200, 'CANCELED', undefined],
      [200, 'CANCELED', undefined],
      [409, 'BREAK_CONFLICT', 'no_such_operator'],
      [200, 'ASSIGNED', undefined],
      [200, 'PROPOSED', undefined],
      [200, 'RESOLVED', undefined],
    ])
    expect(await failures()).toEqual([])
    for (const name of ['console-actions', 'break-audited', 'break-approved-by-another', 'audit-chain'])
      expect([name, await checked(name)]).not.toEqual([name, 0])
  })
})
