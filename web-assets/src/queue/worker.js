// The service worker of one room whose entries wait in a queue, and of nothing else.
import { room, sendsLater } from "../shell-keeper.js";
import { storeOf } from "./store.js";
import { senderOf } from "./send.js";

const store = storeOf(room.name);
const send = senderOf(store, room.sync);

sendsLater(async () => {
  const owner = await store.recall("owner");
  return owner ? send(owner) : { state: "sent" };
});
