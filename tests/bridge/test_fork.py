"""Processes that fork: the child has connections of its own, and the parent does not notice it."""

import os
import textwrap

import pytest

from tests.loopback.raw import after, answer, order_json

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

SYNC = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads, since Python 3.12
from pinelabs_sync import Session, ConfigurationError
pinelabs = Session("client", "s3cret-of-the-client", base_url=BASE)
def call():
    return pinelabs.orders.get("v1-order").order_id
def in_time(call, seconds=2.0):
    started = time.monotonic()
    came = call()
    took = time.monotonic() - started
    say("parent", came, "in time" if took < seconds else f"after {took:.1f} s")
def wait_for(child):
    for _ in range(500):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return say("child ended with", os.waitstatus_to_exitcode(status))
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    say("child hung")
"""

ASYNC = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
from pinelabs_async import Session
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
pinelabs = Session("client", "s3cret", base_url=BASE)
def call():
    return asyncio.run_coroutine_threadsafe(pinelabs.orders.get("v1-order"), loop).result(10).order_id
""" + SYNC[SYNC.index("def in_time") :]


def program(prelude, child, *, before="", after_it="", end="pinelabs.close()"):
    """Write a program that calls, forks, lets the child do something, and calls again in the parent."""
    parts = [
        prelude,
        before,
        "call()",
        "child = os.fork()",
        "if child == 0:",
        textwrap.indent(textwrap.dedent(child).strip(), "    "),
        "    sys.exit(0)",
        after_it,
        "wait_for(child)",
        "in_time(call)",
        "in_time(call)",
        end,
    ]
    return "\n".join(parts) + "\n"


GOOD = ["child ended with 0", "parent v1-order in time", "parent v1-order in time"]

CHILDREN = {
    "does-nothing": "pass",
    "collects": "gc.collect()",
    "calls": "say('child', call())",
    "calls-and-closes": "say('child', call()); pinelabs.close()",
    "closes": "pinelabs.close()",
    "drops": "del pinelabs; gc.collect()",
    "raises-SystemExit": "raise SystemExit(0)",
}


@pytest.mark.parametrize("child", CHILDREN.values(), ids=CHILDREN)
def test_parent_does_not_notice_its_child(run, server, child):
    """Whatever the child does, and after it has exited, the parent's next calls succeed at once."""
    script = run(program(SYNC, child))
    status, errors, seconds = script.end(15)
    assert GOOD == [line for line in script.said if not line.startswith("child v1")], errors
    assert 0 == status
    assert seconds < 2
    assert ("call()" in child) == ("child v1-order" in script.said)


@pytest.mark.parametrize(
    "child", ["pass", "gc.collect()", "del pinelabs; gc.collect()"], ids=["nothing", "collects", "drops"]
)
def test_parent_with_an_async_session(run, server, child):
    """The same holds for the async package, with a loop on a thread of the parent."""
    end = "asyncio.run_coroutine_threadsafe(pinelabs.aclose(), loop).result(5)"
    script = run(program(ASYNC, child, end=end))
    status, errors, _ = script.end(15)
    assert (GOOD, 0) == (script.said, status), errors


def test_async_child_calls(run, server):
    """The child of a process with an async Session calls on a loop of its own."""
    child = """
    async def own():
        say('child', (await pinelabs.orders.get("v1-order")).order_id)
        await pinelabs.aclose()
    asyncio.run(own())
    """
    end = "asyncio.run_coroutine_threadsafe(pinelabs.aclose(), loop).result(5)"
    script = run(program(ASYNC, child, end=end))
    status, errors, _ = script.end(15)
    assert ["child v1-order", *GOOD] == script.said, errors
    assert 0 == status


def test_child_has_connections_of_its_own(run, server):
    """The child opens a connection; the parent goes on with the one it had."""
    script = run(program(SYNC, "call(); call()"))
    script.end(15)
    assert GOOD == script.said
    used = [request.connection for request in server.requests]
    assert [1, 2, 2, 1, 1] == used
    assert 1 == len(server.token_requests)


def test_child_before_the_first_call(run, server):
    """A Session made, but not used, before the fork works on both sides."""
    text = program(SYNC, "say('child', call())").replace("call()\nchild =", "child =", 1)
    script = run(text)
    status, errors, _ = script.end(15)
    assert sorted(["child v1-order", *GOOD]) == sorted(script.said), errors
    assert 0 == status


def test_several_children_at_the_same_time(run, server):
    """Four workers forked from one parent, as by a pre-forking server, all call and end."""
    script = run(
        SYNC
        + """
call()
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        say("child", call())
        sys.exit(0)
    children.append(child)
in_time(call)
for child in children:
    wait_for(child)
in_time(call)
pinelabs.close()
"""
    )
    status, errors, _ = script.end(20)
    assert {"child v1-order": 4, "child ended with 0": 4, "parent v1-order in time": 2} == {
        line: script.said.count(line) for line in script.said
    }, errors
    assert 0 == status


def test_fork_during_a_call_of_another_thread(run, server):
    """A fork in the middle of another thread's call harms neither that call nor the child."""
    server.script = [answer(order_json()), after(0.8, answer(order_json())), answer(order_json())]
    script = run(
        program(
            SYNC,
            "say('child', call())",
            before="call()\nbusy = threading.Thread(target=lambda: say('thread', call()))\nbusy.start()\ntime.sleep(0.3)",
            after_it="busy.join(5)",
        ).replace("call()\nchild =", "child =", 1)
    )
    status, errors, _ = script.end(15)
    assert {"thread v1-order", "child v1-order", *GOOD} == set(script.said), errors
    assert 0 == status


def test_fork_during_the_token_call(run, server):
    """A fork while the token is being fetched leaves the child free to fetch its own."""
    server.token_script = [after(0.8, server.token_script[0]), server.token_script[0]]
    script = run(
        program(
            SYNC,
            "in_time(call, 0.6)",
            before="busy = threading.Thread(target=lambda: say('thread', call()))\nbusy.start()\ntime.sleep(0.3)",
            after_it="busy.join(5)",
        ).replace("call()\nchild =", "child =", 1)
    )
    status, errors, _ = script.end(15)
    assert {"thread v1-order", *GOOD} == set(script.said), errors
    assert (0, 4) == (status, sum("v1-order in time" in line for line in script.said) + 1)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(run, server, method):
    """Workers of multiprocessing make calls with a Session of their module."""
    script = run(
        """
import multiprocessing, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from pinelabs_sync import Session
pinelabs = Session("client", "s3cret", base_url=BASE)
def work(number):
    return pinelabs.orders.get("v1-order").order_id
if __name__ == "__main__":
    pinelabs.orders.get("v1-order")
    with multiprocessing.get_context(METHOD).Pool(2) as pool:
        say(*pool.map(work, range(4)))
        pool.close()
        pool.join()
    say(pinelabs.orders.get("v1-order").order_id)
    pinelabs.close()
""".replace("METHOD", repr(method))
    )
    status, errors, _ = script.end(20)
    assert ["v1-order v1-order v1-order v1-order", "v1-order"] == script.said, errors
    assert 0 == status


def test_grandchild(run, server):
    """A child that calls and forks again is a parent like any other."""
    child = """
    say("child", call())
    grandchild = os.fork()
    if grandchild == 0:
        say("grandchild", call())
        sys.exit(0)
    os.waitpid(grandchild, 0)
    in_time(call)
    """
    script = run(program(SYNC, child))
    status, errors, _ = script.end(20)
    assert ["child v1-order", "grandchild v1-order", "parent v1-order in time", *GOOD] == script.said, errors
    assert 0 == status
