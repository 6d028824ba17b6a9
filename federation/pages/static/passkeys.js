// Passkeys: a button that asks the device, writes what it answers into a field, and sends the form.
// Without this script, or without a device that can, the button stays hidden and the password does.

"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const ask = async (kind, said) => {
  const options = { ...said, challenge: bytes(said.challenge) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (options[name]) options[name] = options[name].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  return kind === "create"
    ? navigator.credentials.create({ publicKey: options })
    : navigator.credentials.get({ publicKey: options });
};

const told = (credential) => {
  const response = {};
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  for (const name of parts) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    clientExtensionResults: {},
  });
};

for (const box of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const form = box.closest("form");
  const problem = box.querySelector("[data-problem]");
  box.hidden = false;
  box.querySelector("button").addEventListener("click", async () => {
    problem.hidden = true;
    try {
      const credential = await ask(box.dataset.passkey, JSON.parse(box.dataset.options));
      form.elements.passkey.value = told(credential);
      form.submit();
    } catch {
      problem.hidden = false;
      problem.focus();
    }
  });
}
