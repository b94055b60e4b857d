/** The payment that an event or a record names, as a link; other subjects as they are. */
import { Link } from '@tanstack/react-router'

const PAYMENT_ID = /^pay_[0-9A-Z]{26}$/

export function SubjectLink({ subjectId }: { subjectId: string }) {
  if (!PAYMENT_ID.test(subjectId)) return <code>{subjectId}</code>
  return (
    <Link to="/payments/$paymentId" params={{ paymentId: subjectId }} className="inner-link">
      <code>{subjectId}</code>
    </Link>
  )
}
