/** Where the plugin writes: the log that Serverless hands to a plugin, and what kafkajs says, turned down to debug. */
import type { logCreator } from 'kafkajs'

export interface Log {
  notice(message: string): void
  warning(message: string): void
  error(message: string): void
  debug(message: string): void
}

/** kafkajs calls every lost connection an error, with a stack: here it is a debug line, and one call of `onConnectionLost`. */
export function quietLogCreator(log: Log, onConnectionLost: (reason: string) => void): logCreator {
  return () => entry => {
    log.debug(`kafkajs ${entry.namespace} ${entry.label}: ${entry.log.message}`)
    if (entry.namespace === 'Connection' && entry.log.message.startsWith('Connection '))
      onConnectionLost(entry.log.message)
  }
}
