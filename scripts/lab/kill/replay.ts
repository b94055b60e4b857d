/** Repeats every key once more after the run: each must answer the very bytes of the first time. */
import { type ClientOptions, callUntilFinal, type Transcript } from './client.ts'

const WORKERS = 8

/** Mismatches in words. */
export async function replayAll(options: ClientOptions, transcripts: Transcript[]): Promise<string[]> {
  const answered = transcripts.flatMap(({ flow, paymentId, told }) =>
    told.flatMap(({ call, answer }) => (answer ? [{ flow, paymentId, call, answer }] : [])),
  )
  const problems: string[] = []
  const queue = answered.values()
  const work = async () => {
    for (const { flow, paymentId, call, answer } of queue) {
      const again = (await callUntilFinal(options, flow, call, paymentId)).answer
      if (again?.statusCode !== answer.statusCode || !again.body.equals(answer.body))
        problems.push(
          `key ${call.key}: first ${answer.statusCode} ${answer.body}, repeated ${again?.statusCode} ${again?.body}`,
        )
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  return problems
}
