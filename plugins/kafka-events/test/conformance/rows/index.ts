/** The conformance table. */
import type { Row } from '../support/row.ts'
import { batchingRows } from './batching.ts'
import { deliveryRows } from './delivery.ts'
import { destinationRows } from './destination.ts'
import { eventRows } from './event.ts'
import { failureRows } from './failure.ts'
import { filterRows } from './filter.ts'
import { functionRows } from './function.ts'
import { itemFailureRows } from './item-failures.ts'
import { settingsRows } from './settings.ts'
import { startRows } from './start.ts'

export interface Topic {
  title: string
  rows: Row[]
}

export const topics: Topic[] = [
  { title: 'The event', rows: eventRows },
  { title: 'Batches', rows: batchingRows },
  { title: 'Where a group begins', rows: startRows },
  { title: 'Order, concurrency, commits', rows: deliveryRows },
  { title: 'How a function ends', rows: functionRows },
  { title: 'Failures', rows: failureRows },
  { title: 'Partial success', rows: itemFailureRows },
  { title: 'On-failure destinations', rows: destinationRows },
  { title: 'Filters', rows: filterRows },
  { title: 'Other settings', rows: settingsRows },
]

export const rows: Row[] = topics.flatMap(topic => topic.rows)
