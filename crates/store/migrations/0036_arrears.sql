-- What a desk verified, each time it did: a report of a day says what had been verified by then.
CREATE TABLE alert_verified (
  district {text} NOT NULL,
  alert_id {id} NOT NULL,
  at {instant} NOT NULL,
  people {int},
  amount {money},
  PRIMARY KEY (district, alert_id, at),
  FOREIGN KEY (district, alert_id) REFERENCES alert (district, id)
){strict};
