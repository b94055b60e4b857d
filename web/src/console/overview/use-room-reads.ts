/** What the pages of settlement and reconciliation read, for the overview; each comes, or does not come, by itself. */
import { type Read, useOperatorQuery } from '../view/use-operator-query.ts'

/** More files than that do not wait at once; the tile says so when they do. */
const WAITING_FILES_MAX = 100

export function useRoomReads() {
  return {
    breaks: useOperatorQuery('getReconOverview', {}),
    payoutFiles: useOperatorQuery('findPayoutFiles', { query: { state: 'PREPARED', limit: WAITING_FILES_MAX } }),
    funds: useOperatorQuery('listFunds', {}),
  }
}
export type RoomReads = ReturnType<typeof useRoomReads>

/** The overview with the age of the oldest of them, and one button that reads all anew. What failed of a room is said in its tile. */
export function readTogether<Body>(read: Read<Body>, rooms: RoomReads): Read<Body> {
  const all: Read<unknown>[] = [read, ...Object.values(rooms)]
  return {
    ...read,
    asOfMs: Math.min(...all.filter(({ body }) => body !== undefined).map(({ asOfMs }) => asOfMs)),
    isLoading: all.some(({ isLoading }) => isLoading),
    refresh: () => {
      for (const { refresh } of all) refresh()
    },
  }
}
