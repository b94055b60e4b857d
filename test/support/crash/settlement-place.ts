/** The system that crash cells of settlement and reconciliation run on, and what must hold on it at the end. */
import { expect } from '@jest/globals'
import { type VerifyOptions, verify } from '../../../scripts/operate/verify/settle.ts'
import { configFrom } from '../../../shared/runtime/config.ts'
import { Ports } from '../../../shared/runtime/wiring.ts'
import { addOperator, type OperatorChange } from '../../../shared/settlement/operators.ts'
import { CrashSystem } from './crash-system.ts'
import type { SettlementPlace } from './settlement-cell.ts'

/** With an approver and an operator. `settings`: what the functions are told besides. */
export async function openSettlementPlace(name: string, settings: Record<string, string>): Promise<SettlementPlace> {
  const system = await CrashSystem.start(name, settings)
  const ports = portsOf(system, settings)
  const approver = { name: 'kim', role: 'approver', reason: 'the first' } as const
  const token = tokenOf(await addOperator(ports.forBatches, { databaseLogin: 'pay' }, approver))
  const operator = { name: 'han', role: 'operator', reason: 'the second' } as const
  const operatorToken = tokenOf(await addOperator(ports.forBatches, { token }, operator))
  return { system, ports, approver: approver.name, tokens: { kim: token, han: operatorToken } }
}

function tokenOf(change: OperatorChange): string {
  if (change.kind === 'refused') throw new Error(`no operator was added: ${change.reason}`)
  return change.token!
}

function portsOf({ system }: CrashSystem, settings: Record<string, string>): Ports {
  const { databaseUrl, kafkaBrokers, acquirerUrl, bankUrl } = system
  const urls = { DATABASE_URL: databaseUrl, KAFKA_BROKERS: kafkaBrokers, ACQUIRER_URL: acquirerUrl, BANK_URL: bankUrl }
  return new Ports(() => configFrom({ ...settings, ...urls, LOG_LEVEL: 'silent' }))
}

export async function expectNothingBroken(
  { system, ports: { settlementDefaults } }: SettlementPlace,
  options: Pick<VerifyOptions, 'settleMs' | 'graceMs'>,
): Promise<void> {
  const { results, pending } = await verify(system.system, { ...options, settlementDefaults })
  expect({ broken: results.filter(({ ok }) => !ok), pending }).toEqual({ broken: [], pending: 0 })
}
