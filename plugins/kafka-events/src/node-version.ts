/** Refuses a Node that is too old with a sentence. Imported first; what else is imported must link there, and so names nothing new. */
import zlib from 'node:zlib'

// The youngest thing that is needed. By name and not by number: Node 23 has it from 23.8 on.
if (zlib.zstdDecompress === undefined) throw tooOld()

/** By its name the framework knows an error of the user's, and shows it without a stack. */
function tooOld(): Error {
  const error = new Error(
    `serverless-offline-kafka-events needs Node 22.15 or later, and this is Node ${process.versions.node}. Install Node 24, or 22.15 or later, and start again.`,
  )
  return Object.assign(error, { name: 'ServerlessError', code: 'KAFKA_EVENTS_NODE_TOO_OLD' })
}
