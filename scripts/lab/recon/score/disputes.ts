/** Compares the disputes that are there with those that must be, by what the acquirer calls them. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { DisputeTruth } from '../generate/truth.ts'

export type FoundDispute = Pick<DisputeTruth, 'paymentId' | 'merchantId' | 'currency' | 'amount' | 'fee' | 'state'> & {
  externalRef: string
}

export async function readDisputes(database: Connection): Promise<FoundDispute[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    'SELECT external_ref, payment_id, merchant_id, currency, amount, fee, state FROM dispute',
  )
  return rows.map(row => ({
    externalRef: row.external_ref,
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    currency: row.currency,
    amount: Number(row.amount),
    fee: Number(row.fee),
    state: row.state,
  }))
}

/** The id of the dispute of this capture. */
export async function disputeOf(database: Connection, externalRef: string): Promise<string | undefined> {
  const [[row]] = await database.query<RowDataPacket[]>('SELECT dispute_id FROM dispute WHERE external_ref = ?', [
    externalRef,
  ])
  return row?.dispute_id
}

/** What is not there, is there for nothing, or is otherwise, in words. */
export function compareDisputes(truth: readonly DisputeTruth[], found: readonly FoundDispute[]): string[] {
  const byRef = new Map(found.map(dispute => [dispute.externalRef, dispute]))
  const problems = truth.flatMap(row => {
    const refs = row.externalRefs.filter(ref => byRef.has(ref))
    // Of several that may be disputed one may be: what is left over is there for nothing.
    const dispute = refs.length === 0 ? undefined : byRef.get(refs[0]!)!
    if (dispute !== undefined) byRef.delete(dispute.externalRef)
    return problemsOf(row, dispute)
  })
  return [...problems, ...[...byRef.values()].map(each => `there for nothing: ${textOf(each)}`)]
}

function problemsOf(row: DisputeTruth, dispute: FoundDispute | undefined): string[] {
  const wanted = `${textOf({ ...row, externalRef: row.externalRefs.join(' or ') })} (${row.mutation})`
  if (dispute === undefined) return [`not there: ${wanted}`]
  return valuesOf(dispute) === valuesOf(row) ? [] : [`${wanted}, not ${valuesOf(dispute)}`]
}

type Values = Omit<FoundDispute, 'externalRef'>

const valuesOf = ({ state, amount, fee, currency, paymentId, merchantId }: Values): string =>
  `${state} over ${amount} with a fee of ${fee} ${currency} of ${paymentId} of ${merchantId}`

const textOf = (of: FoundDispute): string => `${of.externalRef} ${valuesOf(of)}`
