// Asks the device for a passkey and sends its answer with the form the button stands in. Without script, or without
// passkeys in the browser, there is no button.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }))

export function passkey (root) {
  if (!globalThis.PublicKeyCredential || !navigator.credentials) return
  for (const button of root.querySelectorAll('[data-passkey]')) {
    button.hidden = false
    button.addEventListener('click', () => answer(button))
  }
}

async function answer (button) {
  const form = button.form
  const failed = button.parentElement.querySelector('[data-passkey-failed]')
  failed.hidden = true
  button.disabled = true
  try {
    const options = await ask(button, form)
    const found = button.dataset.passkey === 'add' ? await made(options) : await used(options)
    form.elements[button.dataset.passkeyField].value = JSON.stringify(found)
    form.requestSubmit()
  } catch {
    failed.hidden = false
  }
  button.disabled = false
}

async function ask (button, form) {
  const body = new URLSearchParams({ use: button.dataset.passkey, csrf_token: form.elements.csrf_token.value })
  const response = await fetch(button.dataset.passkeyAsk, { method: 'POST', body })
  if (!response.ok) throw new Error(response.statusText)
  const options = await response.json()
  return { ...options, challenge: bytes(options.challenge) }
}

async function made (options) {
  const publicKey = {
    ...options,
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials)
  }
  const found = await navigator.credentials.create({ publicKey })
  const { attestationObject, clientDataJSON } = found.response
  return asSent(found, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) })
}

async function used (options) {
  const publicKey = { ...options, allowCredentials: known(options.allowCredentials) }
  const found = await navigator.credentials.get({ publicKey })
  const { authenticatorData, clientDataJSON, signature } = found.response
  return asSent(found, {
    authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature)
  })
}

function asSent (found, response) {
  return { id: found.id, rawId: text(found.rawId), type: found.type, response }
}
