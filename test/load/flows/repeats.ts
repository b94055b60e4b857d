/** The flow of an impatient client: the same request several times at once with one key, and once more later. One payment comes of it. */
import { check } from 'k6'
import { type Answer, authorize, detailsOf, finish, isTurnedAway, newOrder } from '../api.ts'

const COPIES = 3

const isReplay = (answer: Answer): boolean => answer.header('Idempotent-Replayed') === 'true'
const isInProgress = (answer: Answer): boolean =>
  answer.status === 409 && answer.json.code === 'DUPLICATE_REQUEST' && detailsOf(answer).reason === 'in_progress'

export async function repeatsFlow(seed: string, tolerated: number[] = []): Promise<void> {
  const order = newOrder(seed)
  const answers = await Promise.all(Array.from({ length: COPIES }, () => authorize(order, [201, 409, ...tolerated])))
  const heard = answers.filter(answer => !isTurnedAway(answer, tolerated))
  const made = heard.filter(answer => answer.status === 201)
  const copiesAreRight = check(heard, {
    'repeats: each is the payment, or in progress': () =>
      heard.every(answer => answer.status === 201 || isInProgress(answer)),
    'repeats: at most one is not a replay': () => made.filter(answer => !isReplay(answer)).length <= 1,
    'repeats: all are the same bytes': () => made.every(answer => answer.text === made[0]?.text),
  })
  const again = await authorize(order, [201, ...tolerated, ...(tolerated.includes(503) ? [409] : [])])
  const isNew = made.length === 0
  // The first one was turned away while it was worked on, as only a system under more load than it takes does.
  if (isTurnedAway(again, tolerated) || (isNew && tolerated.includes(503) && isInProgress(again))) return
  const isRight = check(again, {
    'repeat: 201': () => again.status === 201,
    'repeat: the amount that was asked for': () => again.json.amount === order.amount,
    'repeat: Idempotent-Replayed': () => isNew || isReplay(again),
    'repeat: the same bytes as the first answer': () => isNew || again.text === made[0]?.text,
  })
  finish(copiesAreRight && isRight)
}
