/** docs/settings.md has a row for each setting, and no row for anything else. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { entryKeys } from './event-entries.ts'
import { localKeys } from './local-settings.ts'
import { applied, notForKafka, withoutEffect } from './mapping-properties.ts'

const doc = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
const section = (title: string) => doc.split(/^## /m).find(part => part.startsWith(title))!
const rowsOf = (title: string) => [...section(title).matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key!)
const listed = (sentence: RegExp) => [...sentence.exec(doc)![1]!.matchAll(/`(\w+)`/g)].map(([, key]) => key!)

const sorted = (keys: Iterable<string>) => [...new Set(keys)].sort()

describe('docs/settings.md', () => {
  test('has the keys of events', () => {
    expect(rowsOf('The event').toSorted()).toEqual(sorted([...entryKeys.kafka, ...entryKeys.msk]))
  })

  test('has the properties of extensions', () => {
    expect(rowsOf('The extension').toSorted()).toEqual(sorted([...applied.kafka, ...applied.msk]))
    expect(listed(/have no effect here: (.*)/).toSorted()).toEqual(sorted(withoutEffect))
    expect(listed(/are not for Kafka: (.*)/).toSorted()).toEqual(sorted(Object.keys(notForKafka)))
  })

  test('has the keys of custom.kafkaEvents', () => {
    expect(rowsOf('`custom.kafkaEvents`').toSorted()).toEqual(sorted(localKeys))
  })
})
