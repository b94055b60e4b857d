/** The chosen phone, drawn large in its colour, with what it is known for. */
import { useTranslation } from 'react-i18next'
import { StagePicture } from '../catalog/phone-picture.tsx'
import type { Cart } from '../purchase/cart.ts'
import { useFinishName } from './names.ts'

const perks = ['delivery', 'refund', 'unlocked'] as const
const specs = ['display', 'camera', 'chip'] as const

export function Stage({ cart }: { cart: Cart }) {
  const { t } = useTranslation()
  const color = useFinishName()(cart.phoneId, cart.finishId)
  const phone = t(`phones.${cart.phoneId}.name`)
  return (
    <div className="stage">
      <div className="stage-floor">
        <div className="stage-title">
          <p className="stage-name">{phone}</p>
          <p className="stage-tagline">{t(`phones.${cart.phoneId}.tagline`)}</p>
        </div>
        <div className="stage-picture" key={cart.phoneId}>
          <StagePicture phoneId={cart.phoneId} finishId={cart.finishId} label={t('choose.picture', { phone, color })} />
        </div>
        <ul className="stage-specs">
          {specs.map(spec => (
            <li key={spec}>{t(`phones.${cart.phoneId}.specs.${spec}`)}</li>
          ))}
        </ul>
      </div>
      <ul className="perks">
        {perks.map(perk => (
          <li key={perk}>
            <PerkIcon perk={perk} />
            <div>
              <strong>{t(`perks.${perk}`)}</strong>
              <span>{t(`perks.${perk}Note`)}</span>
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}

const perkPaths = {
  delivery: 'M3 7h11v9H3zM14 10h4l3 3v3h-7zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  refund: 'M4 9h11a5 5 0 0 1 0 10h-4M4 9l4-4M4 9l4 4',
  unlocked: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2',
} as const

const PerkIcon = ({ perk }: { perk: (typeof perks)[number] }) => (
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <path
      d={perkPaths[perk]}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
)
