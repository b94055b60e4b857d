/** Every invariant, in the groups in which `npm run verify` shows them. */
import { acquirerInvariants } from './acquirer-invariants.ts'
import { auditInvariants } from './audit-invariants.ts'
import { balanceInvariants } from './balance-invariants.ts'
import { disputeInvariants } from './dispute-invariants.ts'
import { eventInvariants } from './event-invariants.ts'
import type { AcquirerInvariant, DatabaseInvariant, Invariant, KafkaInvariant } from './invariant.ts'
import { kafkaInvariants } from './kafka-invariants.ts'
import { ledgerInvariants } from './ledger-invariants.ts'
import { monthInvariants } from './month-invariants.ts'
import { operationInvariants } from './operation-invariants.ts'
import { paymentInvariants } from './payment-invariants.ts'
import { reconInvariants } from './recon-invariants.ts'
import { reserveInvariants } from './reserve-invariants.ts'
import { settlementInvariants } from './settlement-invariants.ts'

const databaseGroups = {
  Payments: paymentInvariants,
  'Operations and answers': operationInvariants,
  'Events and outbox': eventInvariants,
  Ledger: [...ledgerInvariants, ...balanceInvariants, ...monthInvariants],
  Settlement: [...settlementInvariants, ...reserveInvariants, ...disputeInvariants],
  Reconciliation: reconInvariants,
  'Audit log': auditInvariants,
} as const satisfies Record<string, readonly DatabaseInvariant[]>

const kafkaGroups = { Kafka: kafkaInvariants } as const satisfies Record<string, readonly KafkaInvariant[]>

const acquirerGroups = { Acquirer: acquirerInvariants } as const satisfies Record<string, readonly AcquirerInvariant[]>

type DatabaseGroup = keyof typeof databaseGroups
type KafkaGroup = keyof typeof kafkaGroups
type AcquirerGroup = keyof typeof acquirerGroups
export type InvariantGroup = DatabaseGroup | KafkaGroup | AcquirerGroup

export type InvariantName =
  | (typeof databaseGroups)[DatabaseGroup][number]['name']
  | (typeof kafkaGroups)[KafkaGroup][number]['name']
  | (typeof acquirerGroups)[AcquirerGroup][number]['name']

type Grouped<Kind> = Kind & { readonly group: InvariantGroup }

function grouped<Kind>(groups: Record<string, readonly Kind[]>): Grouped<Kind>[] {
  const entries = Object.entries(groups) as [InvariantGroup, readonly Kind[]][]
  return entries.flatMap(([group, invariants]) => invariants.map(invariant => ({ ...invariant, group })))
}

/** Those that a database alone can answer. */
export const needingDatabase: readonly Grouped<DatabaseInvariant>[] = grouped<DatabaseInvariant>(databaseGroups)

/** Of those, the ones that look at one payment at a time. */
export const needingOnePayment = needingDatabase.filter(invariant => 'checkPayment' in invariant)

/** Those that compare the database with Kafka. */
export const needingKafka: readonly Grouped<KafkaInvariant>[] = grouped<KafkaInvariant>(kafkaGroups)

/** Those that compare the database with the acquirer's journal. */
export const needingAcquirer: readonly Grouped<AcquirerInvariant>[] = grouped<AcquirerInvariant>(acquirerGroups)

/** All of them, in the order in which they are shown. */
export const everyInvariant: readonly Grouped<Invariant>[] = [...needingDatabase, ...needingKafka, ...needingAcquirer]
