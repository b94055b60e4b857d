/** An act of the demo panel in the audit log: once for each key. */
import { expect, test } from '@jest/globals'
import { claimOf } from '../../../shared/http/claim.ts'
import { FakeAuditLog, FakeConsoleActions } from '../../../shared/payments/fake-console-actions.ts'
import { FakeDatabase } from '../../../shared/payments/fake-store.ts'
import type { DemoAudit } from '../clients.ts'
import { appendOnce } from './append-act.ts'

const ROUTE = 'POST /operator/demo/parts/{name}/{act}'

function createPorts() {
  const transactions = new FakeDatabase()
  const auditLog = new FakeAuditLog(transactions)
  return { transactions, auditLog, consoleActions: new FakeConsoleActions(transactions), clock: { nowMs: () => 5 } }
}

function actOn(name: string): DemoAudit {
  const pathParameters = { name, act: 'kill' }
  const key = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
  return {
    claim: claimOf({ key, operation: ROUTE, route: ROUTE, pathParameters, body: { reason: 'to see it' } }),
    entry: { actor: 'kim', action: 'demo.acted', subject: name, reason: 'to see it', details: { act: 'kill' } },
  }
}

test('it is written once, however often it is tried', async () => {
  const ports = createPorts()
  expect([await appendOnce(ports, actOn('kafka')), await appendOnce(ports, actOn('kafka'))]).toEqual([true, true])
  expect(ports.auditLog.entries).toEqual([actOn('kafka').entry])
})

test('under the key of another act it is not written', async () => {
  const ports = createPorts()
  await appendOnce(ports, actOn('kafka'))
  expect(await appendOnce(ports, actOn('redis'))).toBe(false)
  expect(ports.auditLog.entries).toHaveLength(1)
})

test('while the database is away it rejects, so that it is tried again', async () => {
  const ports = createPorts()
  ports.auditLog.away = true
  await expect(appendOnce(ports, actOn('kafka'))).rejects.toThrow('the log is away')
})
