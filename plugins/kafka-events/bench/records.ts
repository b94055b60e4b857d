/** The records of the benchmark: about 300 bytes with key and one header, the same in every run. */

export const PARTITIONS = 12

export interface BenchRecord {
  key: string
  value: string
  headers: { 'event-type': string }
  partition: number
}

const amountOf = (partition: number, offset: number): number => ((partition + 1) * 7919 + offset * 104_729) % 1_000_000

/** The record that is at this offset of this partition. */
export function recordOf(partition: number, offset: number): BenchRecord {
  const orderId = `order-${String(partition).padStart(3, '0')}-${String(offset).padStart(12, '0')}`
  const value = {
    orderId,
    type: 'order.placed',
    placedAt: '2026-01-02T03:04:05.678Z',
    amount: amountOf(partition, offset),
    currency: 'EUR',
    customer: { id: `customer-${offset % 997}`, country: 'KR', locale: 'ko-KR' },
    items: [{ sku: 'tea-0042', quantity: 2, note: '작설차' }],
  }
  return { key: orderId, value: JSON.stringify(value), headers: { 'event-type': 'order.placed' }, partition }
}

/** What a function that reads every record once must have added up. */
export function checksumOf(recordsPerPartition: number): number {
  let sum = 0
  for (let partition = 0; partition < PARTITIONS; partition++)
    for (let offset = 0; offset < recordsPerPartition; offset++) sum += amountOf(partition, offset)
  return sum
}

/** What is wrong with a record of an event, held against the one that was produced; undefined when nothing is. */
export function wrongWith(record: Record<string, unknown>, topic: string): string | undefined {
  const { partition, offset, timestamp } = record as { partition: number; offset: number; timestamp: number }
  if (!Number.isInteger(timestamp)) return `its timestamp is ${timestamp}`
  const { key, value, headers } = recordOf(partition, offset)
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const expected = {
    topic,
    partition,
    offset,
    timestamp,
    timestampType: 'CREATE_TIME',
    key: base64(key),
    value: base64(value),
    headers: Object.entries(headers).map(([name, text]) => ({ [name]: [...Buffer.from(text)] })),
  }
  const differing = Object.entries(expected).find(
    ([name, wanted]) => JSON.stringify(record[name]) !== JSON.stringify(wanted),
  )
  return differing && `its ${differing[0]} is ${JSON.stringify(record[differing[0]])}`
}
