"""What bench/endpoint measures Esteira beside: `python service.py <model.txt> <port>`. One process, uvloop and httptools, one thread of LightGBM."""
import sys
from operator import attrgetter
import lightgbm as lgb, numpy as np, uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, create_model

model = lgb.Booster(model_file=sys.argv[1])
names = model.feature_name()
features = attrgetter(*names)
Candidate = create_model("Candidate", lawyer_id=(str, ...), **{name: (float, ...) for name in names})

class Match(BaseModel):
    case_id: str
    candidates: list[Candidate]

class Ranked(BaseModel):
    lawyer_id: str
    position: int
    score: float

class Ranking(BaseModel):
    ranking: list[Ranked]

app = FastAPI()

@app.post("/rank")
async def rank(match: Match) -> Ranking:
    rows = np.array([features(candidate) for candidate in match.candidates])
    scores = model.predict(rows, num_threads=1)
    order = np.argsort(-scores, kind="stable")
    return Ranking(
        ranking=[
            Ranked(lawyer_id=match.candidates[index].lawyer_id, position=place + 1, score=scores[index])
            for place, index in enumerate(order)
        ]
    )

@app.get("/health/ready")
async def ready() -> dict[str, str]:
    return {"status": "ready"}

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_level="warning")
