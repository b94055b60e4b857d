/** Pages of settlement that are read for merchants and for operators alike. */
import type * as z from 'zod'
import { problemTexts } from '../contracts/problem-texts.ts'
import type { itemsQuery } from '../contracts/routes/list-settlement-items.ts'
import type { settlementsQuery } from '../contracts/routes/list-settlements.ts'
import {
  batchOfCursor,
  daysOf,
  itemOfCursor,
  listSettlementItems,
  listSettlements,
  type SettlementReadPorts,
} from '../settlement/read-settlements.ts'
import { validationFailed } from './api-error.ts'
import { foundPageFrom, pageFrom } from './page-from.ts'

/** Batches, newest first; operators may ask for those whose payouts are used up. 400 for days of both kinds, and for a cursor that is not ours. */
export async function pageOfBatches(
  ports: SettlementReadPorts,
  { cursor, soldFrom, soldTo, dueFrom, dueTo, ...filters }: z.output<typeof settlementsQuery> & { isUsedUp?: boolean },
) {
  const days = daysOf({ soldFrom, soldTo, dueFrom, dueTo })
  if (days === undefined) {
    const path = dueFrom === undefined ? '/dueTo' : '/dueFrom'
    return validationFailed([{ path, message: problemTexts.notBesideSold }])
  }
  return pageFrom(cursor, batchOfCursor, before => listSettlements(ports, { ...filters, ...days, before }))
}

/** What a batch pays for, oldest first. 400 for a cursor that is not ours, 404 for no such batch. */
export function pageOfItems(
  ports: SettlementReadPorts,
  batchId: string,
  { cursor, limit }: z.output<typeof itemsQuery>,
) {
  return foundPageFrom(cursor, itemOfCursor, after => listSettlementItems(ports, batchId, { limit, after }))
}
