// Passkeys need a script: no browser asks for one without. Forms marked data-passkey stay hidden where there is none.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const written = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

async function made(questions) {
  const publicKey = {
    ...questions,
    challenge: bytes(questions.challenge),
    user: { ...questions.user, id: bytes(questions.user.id) },
    excludeCredentials: listed(questions.excludeCredentials),
  };
  const key = await navigator.credentials.create({ publicKey });
  return { ...named(key), response: { ...said(key), attestationObject: written(key.response.attestationObject) } };
}

async function shown(questions) {
  const publicKey = {
    ...questions,
    challenge: bytes(questions.challenge),
    allowCredentials: listed(questions.allowCredentials),
  };
  const key = await navigator.credentials.get({ publicKey });
  const response = {
    ...said(key),
    authenticatorData: written(key.response.authenticatorData),
    signature: written(key.response.signature),
  };
  if (key.response.userHandle) response.userHandle = written(key.response.userHandle);
  return { ...named(key), response };
}

const named = (key) => ({ id: key.id, rawId: written(key.rawId), type: key.type, clientExtensionResults: {} });

const said = (key) => ({ clientDataJSON: written(key.response.clientDataJSON) });

async function answer(form) {
  const asked = await fetch(form.dataset.questions, { credentials: "same-origin" });
  if (!asked.ok) throw new Error("no questions");
  const questions = await asked.json();
  return form.dataset.passkey === "create" ? made(questions) : shown(questions);
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  const box = form.querySelector("[data-answer]");
  const trouble = form.querySelector("[data-trouble]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (box.value) return;
    event.preventDefault();
    trouble.hidden = true;
    try {
      box.value = JSON.stringify(await answer(form));
      form.submit();
    } catch {
      trouble.hidden = false;
      trouble.focus();
    }
  });
}
