/** Where the plugin writes: lines for a person through Serverless's own log, or JSON lines for a program. */
import type { logCreator } from 'kafkajs'

export type LogFields = Record<string, unknown>

type Write = (message: string, fields?: LogFields) => void

/** A message is a sentence; the fields repeat what is in it for programs, `event` first. */
export interface Log {
  notice: Write
  warning: Write
  error: Write
  debug: Write
}

/** What Serverless hands to a plugin. */
export type ServerlessLog = Record<keyof Log, (message: string) => void>

export type LogFormat = 'text' | 'json'

/** `json` writes an object a line to stderr: time, level, message, and the fields. Debug lines are text only. */
export function createLog(
  serverlessLog: ServerlessLog,
  format: LogFormat,
  write: (line: string) => void = line => void process.stderr.write(line),
): Log {
  surviveLostOutput()
  const inJson =
    (level: keyof Log): Write =>
    (message, fields) => {
      const time = new Date().toISOString()
      write(`${JSON.stringify({ time, level, plugin: 'kafka-events', message, ...fields })}\n`)
    }
  const asText =
    (level: keyof Log): Write =>
    message =>
      serverlessLog[level](message)
  const lineOf = format === 'json' ? inJson : asText
  return { notice: lineOf('notice'), warning: lineOf('warning'), error: lineOf('error'), debug: asText('debug') }
}

/** A line that is not taken, by a full disk say, must not end the process that runs the functions. */
function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    if (stream.listenerCount('error') === 0) stream.on('error', () => undefined)
}

/** kafkajs calls every lost connection an error, with a stack: here it is a debug line, and one call of `onConnectionLost`. */
export function quietLogCreator(log: Log, onConnectionLost: (reason: string) => void): logCreator {
  return () => entry => {
    log.debug(`kafkajs ${entry.namespace} ${entry.label}: ${entry.log.message}`)
    if (entry.log.message.startsWith('Offset out of range, resetting')) sayLost(log, entry.log)
    if (entry.namespace === 'Connection' && entry.log.message.startsWith('Connection '))
      onConnectionLost(entry.log.message)
  }
}

/** Between the group's offset and the oldest record there were some that nobody can deliver any more. */
function sayLost(log: Log, { topic, partition, groupId }: LogFields): void {
  log.warning(
    `group ${groupId}: its offset in ${topic}-${partition} is not there any more (retention, or the topic was made anew): it goes on at the oldest record`,
    { event: 'offset_out_of_range', groupId, topic, partition },
  )
}
