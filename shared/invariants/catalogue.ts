/** Every invariant, in the groups in which `npm run verify` shows them. */
import { eventInvariants } from './event-invariants.ts'
import type { DatabaseInvariant, KafkaInvariant } from './invariant.ts'
import { kafkaInvariants } from './kafka-invariants.ts'
import { ledgerInvariants } from './ledger-invariants.ts'
import { operationInvariants } from './operation-invariants.ts'
import { paymentInvariants } from './payment-invariants.ts'

const databaseGroups = {
  Payments: paymentInvariants,
  'Operations and answers': operationInvariants,
  'Events and outbox': eventInvariants,
  Ledger: ledgerInvariants,
} as const satisfies Record<string, readonly DatabaseInvariant[]>

const kafkaGroups = { Kafka: kafkaInvariants } as const satisfies Record<string, readonly KafkaInvariant[]>

type DatabaseGroup = keyof typeof databaseGroups
type KafkaGroup = keyof typeof kafkaGroups
export type InvariantGroup = DatabaseGroup | KafkaGroup

export type InvariantName =
  | (typeof databaseGroups)[DatabaseGroup][number]['name']
  | (typeof kafkaGroups)[KafkaGroup][number]['name']

type Grouped<Kind> = Kind & { readonly group: InvariantGroup }

function grouped<Kind>(groups: Record<string, readonly Kind[]>): Grouped<Kind>[] {
  const entries = Object.entries(groups) as [InvariantGroup, readonly Kind[]][]
  return entries.flatMap(([group, invariants]) => invariants.map(invariant => ({ ...invariant, group })))
}

/** Those that a database alone can answer. */
export const needingDatabase: readonly Grouped<DatabaseInvariant>[] = grouped<DatabaseInvariant>(databaseGroups)

/** Those that compare the database with Kafka. */
export const needingKafka: readonly Grouped<KafkaInvariant>[] = grouped<KafkaInvariant>(kafkaGroups)
