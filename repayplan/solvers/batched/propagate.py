import numpy as np
from numba import njit
@njit(cache=False, error_model="numpy")
def propagate(A,R,C,rhs,eq,lo,up,rounds):
    E,N=A.shape; m=rhs.shape[0]; n=lo.shape[0]
    mn=np.empty((m,N)); mx=np.empty((m,N))
    for rd in range(rounds):
        mn[:]=0; mx[:]=0
        changed=0
        for e in range(E):
            for l in range(N):
                a=A[e,l]
                if a>0: mn[R[e],l]+=a*lo[C[e],l]; mx[R[e],l]+=a*up[C[e],l]
                else: mn[R[e],l]+=a*up[C[e],l]; mx[R[e],l]+=a*lo[C[e],l]
        for e in range(E):
            for l in range(N):
                a=A[e,l]
                if a==0: continue
                j=C[e]; i=R[e]
                w=up[j,l]-lo[j,l]
                slack=rhs[i,l]-mn[i,l]
                if slack<0: slack=0.0
                if slack<abs(a)*w*(1-1e-3)-1e-12:
                    changed+=1
                    if a>0: up[j,l]=lo[j,l]+slack/a
                    else: lo[j,l]=up[j,l]+slack/a
                    # keep mn valid (mn does not change: uses other end), mx decreases (still valid)
                if eq[i]:
                    w=up[j,l]-lo[j,l]
                    slack=mx[i,l]-rhs[i,l]
                    if slack<0: slack=0.0
                    if slack<abs(a)*w*(1-1e-3)-1e-12:
                        changed+=1
                        if a>0: lo[j,l]=up[j,l]-slack/a
                        else: up[j,l]=lo[j,l]-slack/a
        if changed==0: break
    return rd
