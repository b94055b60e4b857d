/** What a row of the conformance table is, and what stands behind it. */
import type { LiveRun } from './live-run.ts'

/** One situation, with what AWS does in it and what is done here. */
export interface Row {
  /** As in `serverless.yml` or in `AWS::Lambda::EventSourceMapping`. */
  setting: string
  situation: string
  aws: string
  /** Where AWS says so. */
  source: string
  /** `not emulated: …` gives the reason and has no test; everything else has one. */
  here: 'as AWS' | `not emulated: ${string}` | (string & {})
  test?: RowTest
}

export type RowTest = LiveTest | RefusedTest | SettingsTest | ElsewhereTest

/** A function of a real `serverless offline start` with a topic and a group of its own. Rows may share one by its id. */
export interface LiveTest extends Trigger {
  kind: 'live'
  /** The function's key, and a part of its topic's name. */
  id: string
  /** Which of the processes: `packed` hands over several partitions at once, `threads` runs handlers in worker threads and drops what has no destination. */
  app?: AppName
  behaviour: Behaviour
  /** Of the function, when it is not the service's. */
  runtime?: string
  /** Of the function. */
  timeoutS?: number
  /** None: the topic does not exist. */
  partitions?: number
  topicConfig?: Record<string, string>
  /** An on-failure topic beside the topic; `missing` is named in the settings and not created. */
  onFailure?: 'topic' | 'missing'
  /** Put on the topic before the process starts, each list in one request, so that batches are cut from all of it. */
  before?: (names: Names) => NewRecord[]
  /** An offset that the group has of partition 0 before the process starts. */
  committedBefore?: number
  /** An offset of partition 0 that the group has which earlier versions of the plugin would read as: the function's key. */
  committedAsBefore?: number
  /** The records of partition 0 before this offset are deleted before the process starts. */
  deletedBefore?: number
  /** Judged when all others are: for what must not happen. */
  last?: true
  judge(run: LiveRun): Promise<void>
}

/** Settings that must stop the start. */
export interface RefusedTest extends Trigger {
  kind: 'refused'
  /** Texts that the problems must contain, among them the function and the key. */
  problems: string[]
}

/** Settings that are read without a start. */
export interface SettingsTest extends Trigger {
  kind: 'settings'
  /** What the first source must have; nothing when no source may come of it. */
  reads?: Record<string, unknown>
  warnings?: string[]
}

/** A test that is not of this suite. */
export interface ElsewhereTest {
  kind: 'elsewhere'
  /** From the plugin's folder. */
  file: string
  name: string
}

/** What a function's event entry and its extension say; topic, group and brokers are filled in. */
export interface Trigger {
  event?: 'kafka' | 'msk'
  /** The same mapping, written out under `resources.Resources` instead of as an event. */
  isWrittenOut?: true
  settings?: Entry | ((names: Names) => Entry)
  /** Properties of the mapping, in `resources.extensions`. */
  extension?: Entry | ((names: Names) => Entry)
}

export type Entry = Record<string, unknown>
export type AppName = 'main' | 'packed' | 'threads'

export interface Names {
  topic: string
  groupId: string
  onFailureTopic: string
}

export interface NewRecord {
  partition?: number
  key?: Buffer | string | null
  value: Buffer | string | null
  headers?: Record<string, Buffer | string | (Buffer | string)[]>
  timestampMs?: number
}

/** The functions of `app/handlers.mjs`. */
export type Behaviour =
  | 'answerAsTold'
  | 'endAsTold'
  | 'endByCallback'
  | 'endPlainly'
  | 'failAlways'
  | 'failOnPoison'
  | 'failTwice'
  | 'reportPoison'
  | 'sleepPastTimeout'
  | 'succeed'
  | 'waitAtGate'

export const isEmulated = ({ here }: Row): boolean => !here.startsWith('not emulated')

/** Says it of a test, and of nothing else in the table. */
export const titleOf = ({ setting, situation }: Row): string => `${setting}: ${situation}`
