"""python-kis 2.1.6 in Tokyo, Hong Kong, Shanghai and Shenzhen: quotes, charts, orders, balances, in either environment."""

import logging
from decimal import Decimal

from checks import Checks, account, ready, wait_for
from hosts import redirect

LINE = ready()
PAPER = LINE["env"] == "paper"
redirect(["pykis"], LINE)

from pykis import KisAuth, PyKis  # noqa: E402

logging.getLogger("pykis").setLevel(logging.CRITICAL)
check = Checks("python-kis in Asia")
keys = LINE["credentials"]
live = LINE["quotes"]["credentials"] if PAPER else keys
auth = KisAuth(id=live["hts_id"], appkey=live["appkey"], secretkey=live["appsecret"], account=keys["account"], virtual=False)
if PAPER:
    virtual = KisAuth(id=keys["hts_id"], appkey=keys["appkey"], secretkey=keys["appsecret"], account=keys["account"], virtual=True)
    kis = PyKis(auth, virtual, keep_token=False)
else:
    kis = PyKis(auth, keep_token=False)

LOT = 100
account_scope = kis.account()


def on_grid(quote, factor):
    price = quote.price * Decimal(factor)
    return price // quote.tick * quote.tick


def trade(code, market):
    stock = kis.stock(code, market=market)
    quote = check.run(f"quote of {code}", lambda: stock.quote())
    check.run("daily chart", lambda: len(stock.chart("30d").bars) >= 15)
    if not PAPER:
        check.run("minute chart", lambda: len(stock.day_chart().bars) >= 30)
        check.run("book", lambda: stock.orderbook().asks[0].price > 0)
    check.run("buying power", lambda: stock.orderable_amount(price=quote.price).qty > 0)
    check.run("buy", lambda: stock.buy(price=on_grid(quote, "1.01"), qty=LOT))
    held = lambda: account(LINE)["positions"].get(code, {}).get("qty")  # noqa: E731
    check.run("it filled at the venue", lambda: wait_for(lambda: held() == str(LOT)))
    check.run("the balance shows it", lambda: wait_for(lambda: stock.quantity == LOT))
    rests = check.run("limit buy below", lambda: stock.buy(price=on_grid(quote, "0.95"), qty=LOT))
    # In paper this client itself refuses to modify and to list pending orders.
    if not PAPER:
        check.run("it is pending", lambda: any(o.symbol == code for o in account_scope.pending_orders().orders))
        if market in ("TYO", "HKEX"):
            rests = check.run("it is modified", lambda: rests.modify(price=on_grid(quote, "0.94")))
        # It cancels in Shenzhen by Shanghai's id.
        check.run("it is canceled", lambda: rests.cancel())
    check.run("sell", lambda: stock.sell(price=on_grid(quote, "0.99"), qty=LOT))
    check.run("nothing is left", lambda: wait_for(lambda: held() is None))


for listing in (("7203", "TYO"), ("00700", "HKEX"), ("600519", "SSE"), ("000001", "SZSE")):
    trade(*listing)
money = check.run("deposits", lambda: account_scope.balance().deposits)
check.run("of every currency", lambda: {"KRW", "USD", "JPY", "HKD", "CNY"} <= set(money))
check.done()
