/** When a mapping is told that its group had another name in earlier versions. */
import { describe, expect, test } from '@jest/globals'
import type { Kafka } from 'kafkajs'
import { sourceOf } from '../test/records.ts'
import { isLeftBehind, tellOfFormerGroups } from './former-group.ts'
import type { Log } from './log.ts'

const source = sourceOf({ functionKey: 'ship', topic: 'orders', groupId: 'shop:dev:M', formerGroupId: 'ship' })
/** A broker with these offsets; −1 is Kafka's word for none. */
const adminWith = (offsets: Record<string, string[]>) => ({
  connect: async () => {},
  disconnect: async () => {},
  fetchOffsets: async ({ groupId, topics }: { groupId: string; topics?: string[] }) => [
    {
      topic: topics![0]!,
      partitions: (offsets[groupId] ?? ['-1']).map((offset, partition) => ({ partition, offset, metadata: null })),
    },
  ],
})

describe('a mapping is left behind', () => {
  test.each([
    ['its former group has offsets', { ship: ['-1', '0'] }, true],
    ['its former group has none', { ship: ['-1', '-1'] }, false],
    ['its group has some, too', { ship: ['5'], 'shop:dev:M': ['-1', '2'] }, false],
  ])('when %s: %j', async (_when, offsets, expected) => {
    expect(await isLeftBehind(adminWith(offsets), source)).toBe(expected)
  })

  test('never when the settings name its group', async () => {
    expect(await isLeftBehind(adminWith({ ship: ['5'] }), { ...source, formerGroupId: undefined })).toBe(false)
  })
})

describe('tellOfFormerGroups', () => {
  const told = async (admin: object) => {
    const lines: string[] = []
    const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
    const log = { warning: write('warning'), debug: write('debug') } as unknown as Log
    await tellOfFormerGroups({ admin: () => admin } as unknown as Kafka, [source], log)
    return lines
  }

  test('says what begins anew, and what to write to go on', async () => {
    expect(await told(adminWith({ ship: ['5'] }))).toEqual([
      'warning: function ship: group shop:dev:M is new and begins topic orders at TRIM_HORIZON. Group ship, its name in earlier versions, has offsets there: consumerGroupId: ship goes on from them',
    ])
    expect(await told(adminWith({}))).toEqual([])
  })

  test('holds up no start when the offsets cannot be asked for, and warns of it', async () => {
    const fetchOffsets = () => Promise.reject(new Error('not authorized'))
    expect(await told({ ...adminWith({}), fetchOffsets })).toEqual([
      'warning: function ship: whether group shop:dev:M begins topic orders anew is not known: the offsets of group ship, its name in earlier versions, cannot be asked for (not authorized). consumerGroupId says which group to go on with',
    ])
  })
})
