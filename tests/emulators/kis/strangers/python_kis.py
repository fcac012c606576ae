"""python-kis 2.1.6: quotes, charts, balance, orders, notices, in either environment."""

import datetime
import logging
import time
from decimal import Decimal

from checks import Checks, account, ready, wait_for
from hosts import redirect

LINE = ready()
PAPER = LINE["env"] == "paper"
redirect(["pykis"], LINE)

from pykis import KisAuth, PyKis  # noqa: E402

logging.getLogger("pykis").setLevel(logging.CRITICAL)
check = Checks("python-kis")
keys = LINE["credentials"]
live = LINE["quotes"]["credentials"] if PAPER else keys
auth = KisAuth(id=live["hts_id"], appkey=live["appkey"], secretkey=live["appsecret"], account=keys["account"], virtual=False)
if PAPER:
    virtual = KisAuth(id=keys["hts_id"], appkey=keys["appkey"], secretkey=keys["appsecret"], account=keys["account"], virtual=True)
    kis = PyKis(auth, virtual, keep_token=False)
else:
    kis = PyKis(auth, keep_token=False)


def cents(price, factor):
    return (price * Decimal(factor)).quantize(Decimal("0.01"))


samsung = kis.stock("005930")
nvidia = kis.stock("NVDA")

quote = check.run("quote of 005930", lambda: samsung.quote())
check.run("quote has limits and tick", lambda: quote.high_limit > quote.price > quote.low_limit and quote.tick > 0)
check.run("indicator of 005930", lambda: quote.indicator.week52_high >= quote.indicator.week52_low)
us = check.run("quote of NVDA", lambda: nvidia.quote())
check.run("order book of 005930", lambda: len(samsung.orderbook().asks) == 10)
if not PAPER:
    check.run("order book of NVDA", lambda: len(nvidia.orderbook().bids) == 10)
    check.run("info of 005930", lambda: samsung.info.name)
check.run("daily chart", lambda: len(samsung.chart("30d").bars) >= 15)
check.run("minute chart", lambda: len(samsung.day_chart().bars) >= 30)
check.run("daily chart of NVDA", lambda: len(nvidia.chart("30d").bars) >= 15)
if not PAPER:
    check.run("minute chart of NVDA", lambda: len(nvidia.day_chart().bars) >= 30)

account_scope = kis.account()
before = check.run("balance", lambda: str(account_scope.balance()))
check.run("won on the account", lambda: account_scope.balance("KR").deposits["KRW"].amount == 100_000_000)
check.run("buying power", lambda: samsung.orderable_amount().qty > 0)

prints, books, notices = [], [], []
# Connected first: what it is asked to register while it connects can get lost inside this client.
kis.websocket.connect()
kis.websocket.ensure_connected(10)
tickets = [
    samsung.on("price", lambda sender, e: prints.append(e.response)),
    samsung.on("orderbook", lambda sender, e: books.append(e.response)),
    account_scope.on("execution", lambda sender, e: notices.append(e.response)),
]
# The old column sets are the paper defaults; this client drops the newer ones that live speaks.
if PAPER:
    check.run("live price on the socket", lambda: wait_for(lambda: prints and prints[-1].price > 0, 8))
    check.run("live book on the socket", lambda: wait_for(lambda: books and len(books[-1].asks) == 10, 8))
time.sleep(1.5)

order = check.run("market buy of 005930", lambda: samsung.buy(qty=3))
check.run("it filled at the venue", lambda: wait_for(lambda: account(LINE)["positions"].get("005930", {}).get("qty") == "3"))
if PAPER:
    check.run("its fill was noticed", lambda: wait_for(lambda: sum(int(n.executed_quantity) for n in notices) == 3, 6))
check.run("the balance shows it", lambda: samsung.quantity == 3)
limit = check.run("limit buy far below", lambda: samsung.buy(price=int(quote.low_limit), qty=2))
if not PAPER:
    check.run("it is pending", lambda: len(account_scope.pending_orders("KR").orders) == 1)
# In paper this client itself refuses to modify and to list pending orders.
if not PAPER:
    check.run("it is modified", lambda: limit.modify(price=int(quote.low_limit + quote.tick)))
    check.run("it is canceled", lambda: [o.cancel() for o in account_scope.pending_orders("KR").orders])
    check.run("nothing is pending", lambda: not account_scope.pending_orders("KR").orders)
check.run("orders of the day", lambda: len(account_scope.daily_orders(start=datetime.date.today()).orders) >= 2)
check.run("sold again", lambda: samsung.sell(qty=3))
check.run("nothing is left", lambda: wait_for(lambda: "005930" not in account(LINE)["positions"]))

us_order = check.run("buy of NVDA", lambda: nvidia.buy(price=cents(us.price, "1.01"), qty=2))
check.run("it filled at the venue", lambda: wait_for(lambda: account(LINE)["positions"].get("NVDA", {}).get("qty") == "2"))
check.run("the balance shows it", lambda: wait_for(lambda: nvidia.quantity == 2))
check.run("sell of NVDA", lambda: nvidia.sell(price=cents(us.price, "0.99"), qty=2))
check.run("nothing is left", lambda: wait_for(lambda: "NVDA" not in account(LINE)["positions"]))

for ticket in tickets:
    ticket.unsubscribe()
kis.websocket.disconnect()
check.done()
