/** Model, colour, quantity and payment method: native radios and a number field, so that keyboards and screen readers know them. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CURRENCY, cardTokens, finishOf, phoneIds, phones, QUANTITY_MAX, QUANTITY_MIN } from '../catalog/catalog.ts'
import { BackPicture } from '../catalog/phone-picture.tsx'
import { formatMoney } from '../money.ts'
import type { Cart } from '../purchase/cart.ts'
import { useLanguage } from '../shop-context.ts'
import { useFinishName } from './names.ts'

interface ChoicesProps {
  cart: Cart
  locked: boolean
  onChoose: (choice: Partial<Cart>) => void
}

export function Choices(props: ChoicesProps) {
  return (
    <div className="choices">
      <ModelChoice {...props} />
      <ColorChoice {...props} />
      <QuantityChoice {...props} />
      <CardChoice {...props} />
    </div>
  )
}

function ModelChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <fieldset className="choice" disabled={locked}>
      <legend>{t('choose.model')}</legend>
      <div className="models">
        {phoneIds.map(phoneId => (
          <Radio
            key={phoneId}
            className="tile model"
            name="model"
            value={phoneId}
            checked={cart.phoneId === phoneId}
            onPick={() => onChoose({ phoneId })}
          >
            <span className="model-picture">
              <BackPicture
                phoneId={phoneId}
                finishId={cart.phoneId === phoneId ? cart.finishId : phones[phoneId].finishes[0].id}
              />
            </span>
            <span className="model-text">
              <span className="tile-name">{t(`phones.${phoneId}.name`)}</span>
              <span className="tile-note">{t(`phones.${phoneId}.storage`)}</span>
            </span>
            <span className="model-price">{formatMoney(phones[phoneId].unitPrice, CURRENCY, language)}</span>
          </Radio>
        ))}
      </div>
    </fieldset>
  )
}

function ColorChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  const finishName = useFinishName()
  const chosen = finishOf(cart.phoneId, cart.finishId)
  return (
    <fieldset className="choice" disabled={locked}>
      <legend>{t('choose.color')}</legend>
      <p className="choice-value" aria-hidden="true">
        {finishName(cart.phoneId, chosen.id)}
      </p>
      <div className="colors">
        {phones[cart.phoneId].finishes.map(finish => (
          <Radio
            key={finish.id}
            className="color"
            name="color"
            value={finish.id}
            checked={chosen.id === finish.id}
            onPick={() => onChoose({ finishId: finish.id })}
          >
            <span className="swatch" style={{ background: finish.swatch }} />
            <span className="color-name">{finishName(cart.phoneId, finish.id)}</span>
          </Radio>
        ))}
      </div>
    </fieldset>
  )
}

function QuantityChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  const { quantity } = cart
  return (
    <fieldset className="choice" disabled={locked}>
      <legend>{t('choose.quantity')}</legend>
      <div className="choice-row-body">
        <p className="choice-note" id="quantity-note">
          {t('choose.quantityNote')}
        </p>
        <div className="stepper">
          <button
            type="button"
            aria-label={t('choose.less')}
            disabled={quantity <= QUANTITY_MIN}
            onClick={() => onChoose({ quantity: quantity - 1 })}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M6 12h12" />
            </svg>
          </button>
          <input
            type="number"
            inputMode="numeric"
            aria-label={t('choose.quantity')}
            aria-describedby="quantity-note"
            min={QUANTITY_MIN}
            max={QUANTITY_MAX}
            value={quantity}
            onFocus={event => event.target.select()}
            onChange={event => onChoose({ quantity: event.target.valueAsNumber })}
          />
          <button
            type="button"
            aria-label={t('choose.more')}
            disabled={quantity >= QUANTITY_MAX}
            onClick={() => onChoose({ quantity: quantity + 1 })}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M6 12h12M12 6v12" />
            </svg>
          </button>
        </div>
      </div>
    </fieldset>
  )
}

function CardChoice({ cart, locked, onChoose }: ChoicesProps) {
  const { t } = useTranslation()
  return (
    <fieldset className="choice" disabled={locked} aria-describedby="card-note">
      <legend>{t('choose.card')}</legend>
      <p className="choice-note" id="card-note">
        {t('choose.cardNote')}
      </p>
      <div className="cards">
        {cardTokens.map(card => (
          <Radio
            key={card}
            className="tile card"
            name="card"
            value={card}
            checked={cart.card === card}
            onPick={() => onChoose({ card })}
          >
            <span className={`card-art card-art-${card}`} aria-hidden="true" />
            <span className="card-text">
              <span className="tile-name">{t(`cards.${card}.name`)}</span>
              <span className="tile-note">{t(`cards.${card}.hint`)}</span>
            </span>
            <code className="card-token">{card}</code>
          </Radio>
        ))}
      </div>
    </fieldset>
  )
}

interface RadioProps {
  className: string
  name: string
  value: string
  checked: boolean
  onPick: () => void
  children: ReactNode
}

/** A real radio button under a label that is drawn by the style sheet. */
const Radio = ({ className, name, value, checked, onPick, children }: RadioProps) => (
  <label className={className}>
    <input type="radio" className="visually-hidden" name={name} value={value} checked={checked} onChange={onPick} />
    {children}
  </label>
)
